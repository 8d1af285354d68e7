import type { LocalNeon } from "../neon";
import { createStack, type Stack, type StackOptions } from "./stack";

/** A stack that is configured for a project of the local Neon, whose id its program finds in the environment as PROJECT. */
export function createNeonStack(neon: LocalNeon, options: StackOptions): Promise<Stack> {
  return createStack({
    ...options,
    env: { PROJECT: neon.projectId, ...options.env },
    config: {
      "clickpipes:connectionUri": { secret: neon.connectionUri },
      "clickpipes:neonApiKey": { secret: neon.apiKey },
      "clickpipes:neonApiUrl": neon.apiUrl,
      ...options.config,
    },
  });
}
