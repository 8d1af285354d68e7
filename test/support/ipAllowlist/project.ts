import { afterEach, beforeEach, type MockInstance, vi } from "vitest";
import type { Managed } from "../managed";
import type { LocalNeonOptions } from "../neon";
import { type NeonApi, startNeonApi } from "../neon/api/listening";
import { newProcess, type ProviderProcess } from "./process";

/** Entries of other users, as unusual as Neon allows. */
export const FOREIGN = ["10.1.2.3/8", "2001:DB8::7", "typo", "10.1.2.3/8"];
/** What the resources of a test list. */
export const OURS = ["192.0.2.1", "192.0.2.2"];

/** A project with a list, and a process with resources that add addresses to it. */
export class AllowlistProject {
  api!: NeonApi;
  run!: ProviderProcess;
  said!: MockInstance<typeof console.error>;

  readonly begin = async (options: LocalNeonOptions = { allowedIps: FOREIGN }): Promise<void> => {
    await this.api?.stop();
    this.api = await startNeonApi(options);
  };
  readonly allowlist = (name = "allowlist", stack?: string): Managed =>
    this.run.resource(name, { config: this.api.config, stack });
  readonly args = (ips: string[], more: object = {}) => ({ projectId: this.api.projectId, ips, ...more });
  readonly list = () => this.api.project.settings.allowed_ips.ips;
  readonly set = (...ips: string[]): void => {
    this.api.project.settings.allowed_ips = { ...this.api.project.settings.allowed_ips, ips };
  };
  readonly patches = () => this.api.requests.filter(({ method }) => method === "PATCH");
  readonly methods = () => this.api.requests.map(({ method }) => method).join(" ");
  readonly lines = () => this.said.mock.calls.flat().join("\n");
}

/** A new project and a new process for each test of a file. */
export function useProject(): AllowlistProject {
  const project = new AllowlistProject();
  beforeEach(async () => {
    project.said = vi.spyOn(console, "error").mockImplementation(() => {});
    project.run = await newProcess();
    await project.begin();
  });
  afterEach(async () => {
    project.said.mockRestore();
    await project.api.stop();
  });
  return project;
}
