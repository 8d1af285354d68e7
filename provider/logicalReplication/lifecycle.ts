import { ARGUMENT_NAMES } from "../lifecycle/argumentNames";
import type { Inputs } from "../lifecycle/arguments";
import type { Context } from "../lifecycle/context";
import type { Found, Lifecycle } from "../lifecycle/lifecycle";
import { readProjectId } from "../lifecycle/projectId";
import { directHost } from "../lifecycle/settings";
import { isUnknown } from "../lifecycle/unknown";
import { type Endpoint, type NeonClient, noWrites } from "../neon/client";
import { consentNeeded, explainProjectGone, foreignHost, notLogical } from "../neon/errors";
import { currentLevels, type Levels, restart } from "./restart";

interface ReplicationInputs extends Inputs {
  projectId: string;
  allowRestart?: boolean;
}

/** What ClickHouse's guide asks of any Postgres. */
const LEAST_WAL_SENDERS = 2;
const LEAST_SLOTS = 4;

export const logicalReplication: Lifecycle = {
  needs: () => ["postgres", "neon"],
  arguments: ARGUMENT_NAMES.LogicalReplication,

  check(args) {
    return { projectId: readProjectId(args), allowRestart: args.flag("allowRestart") };
  },

  look,

  replaces: (state, inputs) =>
    isUnknown(inputs.projectId) || state.projectId === inputs.projectId ? [] : ["projectId"],

  async create(context, inputs) {
    const { projectId } = inputs as ReplicationInputs;
    return { id: projectId, outputs: await switchedOn(context, inputs as ReplicationInputs) };
  },

  read,

  update: (context, _id, _state, inputs) => switchedOn(context, inputs as ReplicationInputs),

  async remove(context, id) {
    context.inform(`logical replication of project ${id} stays on: Neon has no way to turn it off`);
  },
};

async function isOn(neon: NeonClient, projectId: string): Promise<boolean> {
  return (await neon.readSettings(projectId)).enable_logical_replication === true;
}

/** The project's endpoints, all of which a change of the setting restarts; undefined where it is on already. */
async function endpointsIfOff(neon: NeonClient, projectId: string): Promise<Endpoint[] | undefined> {
  return (await isOn(neon, projectId)) ? undefined : neon.listEndpoints(projectId);
}

async function look(context: Context, _olds: Inputs, inputs: Inputs): Promise<void> {
  const { projectId } = inputs as ReplicationInputs;
  const endpoints = await context.lookAtNeon(projectId, (neon) => endpointsIfOff(neon, projectId));
  if (!endpoints) return;
  demandConsent(context, inputs as ReplicationInputs, endpoints);
  context.warn(
    `\`pulumi up\` turns logical replication on for project ${projectId}, for ever, and restarts its computes once, cutting open ` +
      `connections (active now: ${activeOf(endpoints)})`,
  );
}

async function switchedOn(context: Context, inputs: ReplicationInputs): Promise<Inputs> {
  const { neon } = context;
  const { projectId } = inputs;
  const endpoints = await endpointsIfOff(neon, projectId);
  if (endpoints) demandConsent(context, inputs, endpoints);
  // Before anything is changed for ever: whether we get in at all, and where.
  const levels = await currentLevels(context, projectId);
  if (endpoints) {
    context.inform(
      `turning logical replication on for project ${projectId}: its computes restart, open connections are cut`,
    );
    await restart(context, projectId, () => turnOn(neon, projectId));
  } else {
    if (levels.walLevel === "logical") return measured(context, projectId, levels);
    const running = await neon.listRunning(projectId);
    if (running?.length === 0) return measured(context, projectId, levels);
    // Turned on a moment ago, by somebody else or by a run that was killed: the restart is, or may be, under way.
    await restart(context, projectId, () => neon.waitForOperations(projectId, running ?? []));
  }
  return measured(context, projectId, await currentLevels(context, projectId));
}

async function turnOn(neon: NeonClient, projectId: string): Promise<void> {
  const writes = noWrites();
  await neon.changeSettings(
    projectId,
    (found) =>
      found.enable_logical_replication || writes.carriedOut > 0 ? undefined : { enable_logical_replication: true },
    writes,
  );
  // Somebody else was faster, and the restart is that one's.
  if (writes.carriedOut === 0) await neon.waitForRunning(projectId);
}

/** Under the host that the API names, or another that begins with the endpoint's id, as in a private network. */
function isAt(endpoint: Endpoint, host: string): boolean {
  const named = directHost(endpoint.host).toLowerCase();
  return named === host.toLowerCase() || host.toLowerCase().startsWith(`${endpoint.id.toLowerCase()}.`);
}

/** Makes sure that the restart is wanted, and of this project. */
function demandConsent(context: Context, { projectId, allowRestart }: ReplicationInputs, endpoints: Endpoint[]): void {
  const { host } = context.postgres.settings;
  if (!endpoints.some((endpoint) => isAt(endpoint, host)))
    throw foreignHost({ host, projectId, known: endpoints.map((endpoint) => endpoint.host) });
  if (!allowRestart) throw consentNeeded(projectId, activeOf(endpoints));
}

function activeOf(endpoints: Endpoint[]): string {
  const active = endpoints.filter(({ current_state: state }) => state === "active");
  return active.map(({ id, host }) => `${id} (${host})`).join(", ") || "none";
}

/** What the server itself says, whatever the setting of the project. */
function measured(context: Context, projectId: string, levels: Levels): Inputs {
  const { walLevel, maxWalSenders, maxReplicationSlots } = levels;
  if (walLevel !== "logical") throw notLogical(projectId, context.postgres.settings.host, walLevel);
  warnOfNumbers(context, levels);
  return { walLevel, maxWalSenders, maxReplicationSlots };
}

function warnOfNumbers(context: Context, { maxWalSenders, maxReplicationSlots }: Levels): void {
  if (maxWalSenders < LEAST_WAL_SENDERS || maxReplicationSlots < LEAST_SLOTS) {
    context.warn(
      `max_wal_senders = ${maxWalSenders} and max_replication_slots = ${maxReplicationSlots} are too small for ClickPipes, ` +
        `which needs ${LEAST_WAL_SENDERS} and ${LEAST_SLOTS}: ask Neon's support to raise them`,
    );
  }
}

async function read(context: Context, id: string, inputs: Inputs): Promise<Found | undefined> {
  const projectId = (inputs.projectId as string | undefined) ?? id;
  const on = await isOn(context.neon, projectId).catch((error) => {
    // Of a `.get()` there is nothing in the state.
    if (inputs.walLevel === undefined) throw error;
    return explainProjectGone(error);
  });
  const levels = await currentLevels(context, projectId);
  warnOfNumbers(context, levels);
  const drift: string[] = [];
  if (!on) {
    drift.push(
      `logical replication is off in project ${projectId}. Neon cannot turn it off, so this must be another project than before: ` +
        "check `projectId` and `neonApiUrl`; to turn it on here, `pulumi up` needs `allowRestart: true`",
    );
  } else if (levels.walLevel !== "logical") {
    const { host } = context.postgres.settings;
    drift.push(
      `project ${projectId} has logical replication on, but ${host} says wal_level = ${levels.walLevel}: its compute has not ` +
        "restarted since, so restart it in Neon's console; `pulumi up` checks again",
    );
  }
  return { outputs: { ...levels }, inputs: { projectId, allowRestart: inputs.allowRestart }, drift };
}
