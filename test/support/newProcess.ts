import { vi } from "vitest";
import type { Managed } from "./managed";

/** From now on these run together in a process of their own, as another run of Pulumi has one: nothing is remembered. */
export async function inNewProcess(...resources: Managed[]): Promise<void> {
  // Each process listens for SIGINT, in this one process.
  process.setMaxListeners(0);
  vi.resetModules();
  const { handler } = await import("../../provider/dynamic/handler.js");
  for (const resource of resources) resource.handleWith(handler(resource.kind));
}
