import { randomBytes } from "node:crypto";
import { createNeonRoles, NEON_DATABASE, NEON_OWNER, type NeonIdentity, neonSettings } from "../postgres/neonRoles";
import { type PostgresServer, startPostgres } from "../postgres/servers";
import { asSuperuser } from "../postgres/superuser";
import { startWire } from "../wire/recording";
import { ApiFaults } from "./api/faults";
import { Operations } from "./api/operations";
import { DEFAULT_VERSION, neonIdentity, Project } from "./api/project";
import { type RecordedRequest, startApi } from "./api/server";
import { Compute } from "./compute";
import type { LocalNeon, LocalNeonOptions } from "./localNeon";
import { PublicationPrivilege } from "./proxy/publicationPrivilege";
import { installRoleHook } from "./proxy/roleHook";
import { startSideDoor, startWireProxy } from "./proxy/wireProxy";
import { startScaleToZero } from "./scaleToZero";

export type { LocalNeon, LocalNeonOptions } from "./localNeon";

/** Starts a Neon of one project, ready for connections. */
export async function startLocalNeon(options: LocalNeonOptions = {}): Promise<LocalNeon> {
  const { projectId } = options;
  const identity = { ...neonIdentity(), ...(projectId && { projectId }) };
  const owner = { user: NEON_OWNER, password: `npg_${randomBytes(12).toString("base64url")}` };
  const server = await startNeonServer(options, identity, owner.password);
  const compute = new Compute(server, options.coldStartMs);
  const project = new Project(identity, options);
  project.passwords.set(owner.user, owner.password);
  const operations = new Operations(identity, options.operationStateMs);

  const proxy = await startWireProxy({ project, compute, privilege: new PublicationPrivilege(server) });
  const direct = await startSideDoor(compute);
  const wire = await startWire(proxy);
  const connectionUri = (user: string, password: string, database: string): string =>
    wire.uri(server.uri({ user, password, database }));

  const { suspendAfterMs } = options;
  const scaleToZero = suspendAfterMs === undefined ? undefined : startScaleToZero(compute, suspendAfterMs);

  const apiKey = `napi_${randomBytes(24).toString("hex")}`;
  const requests: RecordedRequest[] = [];
  const faults = new ApiFaults();
  const api = await startApi({ plane: { project, compute, operations, connectionUri }, key: apiKey, faults, requests });

  const ownersUri = connectionUri(owner.user, owner.password, NEON_DATABASE);
  return {
    config: {
      "clickpipes:connectionUri": ownersUri,
      "clickpipes:neonApiKey": apiKey,
      "clickpipes:neonApiUrl": api.url,
    },
    ...{ apiUrl: api.url, apiKey, host: wire.host, port: wire.port, database: NEON_DATABASE, owner },
    ...{ projectId: identity.projectId, branchId: identity.branchId, endpointId: identity.endpointId },
    connectionUri: ownersUri,
    superuserUri: onPort(server.uri({ database: NEON_DATABASE }), direct.port),
    uri: ({ user, password, database = NEON_DATABASE }) => connectionUri(user, password, database),
    ...{ server, compute, project, operations, requests, faults, wire },
    async stop() {
      await Promise.all([api.stop(), wire.stop(), proxy.stop(), direct.stop()]);
      await Promise.all([operations.idle(), scaleToZero?.stop()]);
      await server.stop();
    },
  };
}

async function startNeonServer(
  options: LocalNeonOptions,
  identity: NeonIdentity,
  ownerPassword: string,
): Promise<PostgresServer> {
  const server = await startPostgres({
    version: options.version ?? DEFAULT_VERSION,
    settings: {
      ...neonSettings(identity),
      wal_level: options.logicalReplication ? "logical" : "replica",
      ...{ max_wal_senders: "10", max_replication_slots: "10", wal_sender_timeout: "10s", wal_log_hints: "off" },
      idle_in_transaction_session_timeout: "5min",
      ...options.postgresSettings,
    },
  });
  // Neon's own physical slot, which takes one of the ten and must not be mistaken for a reader's.
  await asSuperuser(server, "postgres", ["select pg_create_physical_replication_slot('wal_proposer_slot')"]);
  await installRoleHook(server);
  await createNeonRoles(server, ownerPassword);
  return server;
}

const onPort = (uri: string, port: number): string => Object.assign(new URL(uri), { port: String(port) }).toString();
