import { afterEach, beforeEach } from "vitest";
import { NeonClient } from "../../../provider/neon/client";
import type { Changed } from "../../../provider/neon/settingsChange";
import { NEON_WAITS, type NeonWaits } from "../../../provider/neon/waits";
import { type NeonApi, startNeonApi } from "./api/listening";

/** The provider's client of Neon's API, and a stand-in that it talks to. */
export class TestedClient {
  api!: NeonApi;
  neon!: NeonClient;
  waits!: NeonWaits;
  said: string[] = [];

  readonly start = async (): Promise<void> => {
    this.waits = { ...NEON_WAITS, pause: 5, poll: 10 };
    this.api = await startNeonApi();
    this.said = [];
    const access = { apiUrl: this.api.url, apiKey: this.api.key, waits: this.waits };
    this.neon = new NeonClient(access, (text) => this.said.push(text));
  };
  readonly methods = () => this.api.requests.map(({ method }) => method).join(" ");
  readonly ips = () => this.api.project.settings.allowed_ips.ips;
  /** Adds `address` to the list if it is missing. Never throws, like the client. */
  readonly tryToAdd = (address: string): Promise<Changed> =>
    this.neon.changeSettings(this.api.projectId, ({ allowed_ips: { ips = [] } = {} }) =>
      ips.includes(address) ? undefined : { allowed_ips: { ips: [...ips, address], protected_branches_only: false } },
    );
  readonly add = async (address: string): Promise<Changed> => {
    const changed = await this.tryToAdd(address);
    if ("failure" in changed) throw changed.failure;
    return changed;
  };
}

/** A new client and a new stand-in for each test of a file. */
export function useClient(): TestedClient {
  const client = new TestedClient();
  beforeEach(client.start);
  afterEach(() => client.api?.stop());
  return client;
}

export function failure(work: Promise<unknown>): Promise<Error & { status?: number }> {
  return work.then(
    () => new Error("no error"),
    (error) => error,
  );
}
