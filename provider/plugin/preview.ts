import type { Properties } from "../lifecycle/arguments";
import { UNKNOWN_TEXT } from "../lifecycle/unknown";
import schema from "./schema.json";
import { TYPE_PREFIX } from "./urn";

/** Outputs that no update changes. */
const STABLE: readonly string[] = ["target", "roleOid"];

interface Described {
  properties?: object;
}

const RESOURCES: Readonly<Record<string, Described>> = schema.resources;

/** What a create or an update will have as outputs, as far as a preview knows. `state`: what an update starts from. */
export function previewOutputs(kind: string, news: Properties, state: Properties = {}): Properties {
  const names = Object.keys(RESOURCES[TYPE_PREFIX + kind]?.properties ?? {});
  const isKept = (name: string) =>
    STABLE.includes(name) || (name === "password" && state.passwordVersion === news.passwordVersion);
  const outputs = names
    .filter((name) => news[name] === undefined)
    .map((name) => [name, (isKept(name) ? state[name] : undefined) ?? UNKNOWN_TEXT]);
  return { ...Object.fromEntries(outputs), ...news };
}
