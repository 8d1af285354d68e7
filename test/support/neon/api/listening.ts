import { randomBytes } from "node:crypto";
import type { PostgresServer } from "../../postgres/servers";
import { Compute } from "../compute";
import type { LocalNeonOptions } from "../localNeon";
import { ApiFaults } from "./faults";
import { Operations } from "./operations";
import { neonIdentity, Project } from "./project";
import { type RecordedRequest, startApi } from "./server";

/** One address of the API, with faults and a record of its own. */
export interface Door {
  url: string;
  faults: ApiFaults;
  requests: RecordedRequest[];
  /** What a provider that uses it is configured with. */
  config: Record<string, string>;
}

/** The stand-in's API alone: a project whose compute is a name, for tests that need no Postgres and many projects. */
export interface NeonApi extends Door {
  projectId: string;
  project: Project;
  compute: Compute;
  operations: Operations;
  key: string;
  anotherDoor(faultsOf?: (requests: RecordedRequest[]) => ApiFaults): Promise<Door>;
  stop(): Promise<void>;
}

const NO_SERVER = { set() {}, pause: async () => {}, resume: async () => {} } as unknown as PostgresServer;

export async function startNeonApi(
  options: LocalNeonOptions = {},
  server = NO_SERVER,
  key = `napi_${randomBytes(24).toString("hex")}`,
): Promise<NeonApi> {
  const identity = neonIdentity();
  const project = new Project(identity, options);
  const operations = new Operations(identity, options.operationStateMs ?? 2);
  const compute = new Compute(server);
  const plane = { project, compute, operations, connectionUri: () => "" };
  const doors: { stop(): Promise<void> }[] = [];

  const anotherDoor: NeonApi["anotherDoor"] = async (faultsOf = () => new ApiFaults()) => {
    const requests: RecordedRequest[] = [];
    const faults = faultsOf(requests);
    const api = await startApi({ plane, key, faults, requests });
    doors.push(api);
    const config = { "clickpipes:neonApiKey": key, "clickpipes:neonApiUrl": api.url };
    return { url: api.url, faults, requests, config };
  };
  return {
    ...(await anotherDoor()),
    ...{ projectId: identity.projectId, project, compute, operations, key, anotherDoor },
    async stop() {
      await Promise.all(doors.map((door) => door.stop()));
      await operations.idle();
    },
  };
}
