import { setTimeout as sleep } from "node:timers/promises";
import { connect, expectRestart } from "../clients/connection";
import type { Endpoint, NeonClient } from "../clients/neon";
import { Session } from "../clients/session";
import { isNeonFailure, refusal } from "../errors";
import { statement } from "../sql/statement";
import type { Arguments, Inputs } from "./arguments";
import type { Context } from "./context";
import type { Found, Lifecycle } from "./lifecycle";
import { directHost } from "./settings";
import { isUnknown } from "./unknown";

interface ReplicationInputs extends Inputs {
  projectId: string;
  allowRestart?: boolean;
}

/** ClickPipes asks for two free walsenders, and for a slot (`facts` of its source check). */
const LEAST_WAL_SENDERS = 2;
const LEAST_SLOTS = 1;

export const logicalReplication: Lifecycle = {
  needs: () => ["postgres", "neon"],
  arguments: ["projectId", "allowRestart"],

  check(args) {
    return { projectId: readProjectId(args), allowRestart: args.flag("allowRestart") };
  },

  async look(context, olds, inputs) {
    const { projectId, allowRestart } = inputs as ReplicationInputs;
    if (olds.projectId !== undefined || allowRestart) return;
    try {
      if (await isOn(context.neon, projectId)) return;
    } catch (error) {
      context.warn(
        `could not look at project ${projectId} beforehand (${(error as Error).message}); \`pulumi up\` will check`,
      );
      return;
    }
    throw consentNeeded(projectId, await context.neon.listEndpoints(projectId));
  },

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

export function readProjectId(args: Arguments): string | undefined {
  return args.text("projectId", {
    required: true,
    pattern: /^[A-Za-z0-9_-]+$/,
    expected: 'the id of a Neon project, such as "quiet-river-123456"',
  });
}

async function isOn(neon: NeonClient, projectId: string): Promise<boolean> {
  return (await neon.readSettings(projectId)).enable_logical_replication === true;
}

async function switchedOn(context: Context, { projectId, allowRestart }: ReplicationInputs): Promise<Inputs> {
  const { neon, postgres } = context;
  if (!(await isOn(neon, projectId))) {
    const endpoints = await neon.listEndpoints(projectId);
    belongs(postgres.settings.host, projectId, endpoints);
    if (!allowRestart) throw consentNeeded(projectId, endpoints);
    context.inform(
      `turning logical replication on for project ${projectId}: its computes restart, open connections are cut`,
    );
    await postgres.alone(() => restart(context, projectId));
  }
  return measured(context, projectId);
}

/** No transaction of ours runs meanwhile: running ones were waited for, new ones wait. */
async function restart(context: Context, projectId: string): Promise<void> {
  const { neon, postgres } = context;
  expectRestart(postgres.settings);
  try {
    await neon.waitForOperations(projectId, await neon.updateSettings(projectId, { enable_logical_replication: true }));
  } catch (error) {
    const unclear = isNeonFailure(error) && (error.status === undefined || error.status >= 500);
    // A write whose answer was lost is decided by reading, never repeated blindly.
    if (!unclear || !(await isOn(neon, projectId))) throw error;
  }
  const deadline = Date.now() + postgres.settings.connectTimeout * 1000;
  for (;;) {
    const connection = await connect(postgres.settings, deadline);
    const level = await readLevels(new Session(connection)).catch(() => undefined);
    await connection.client.end().catch(() => {});
    if (level?.walLevel === "logical") return;
    if (Date.now() > deadline) return;
    await sleep(500);
  }
}

interface Levels {
  walLevel: string;
  maxWalSenders: number;
  maxReplicationSlots: number;
}

async function readLevels(session: Session): Promise<Levels> {
  const text = `
    select current_setting('wal_level') as "walLevel", current_setting('max_wal_senders')::int as "maxWalSenders",
           current_setting('max_replication_slots')::int as "maxReplicationSlots"`;
  const [answer] = await session.run(statement(text));
  return answer?.rows[0] as unknown as Levels;
}

/** What the server itself says, whatever the setting of the project. */
async function measured(context: Context, projectId: string): Promise<Levels & Inputs> {
  const levels = await context.postgres.use(readLevels);
  const { host } = context.postgres.settings;
  if (levels.walLevel !== "logical") {
    throw refusal(
      "notLogical",
      `project ${projectId} has logical replication on, but ${host} says wal_level = ${levels.walLevel}. Either it is a host of another ` +
        "project, or its compute has not restarted since: restart it in Neon's console, then run `pulumi up` again",
    );
  }
  if (levels.maxWalSenders < LEAST_WAL_SENDERS || levels.maxReplicationSlots < LEAST_SLOTS) {
    context.warn(
      `max_wal_senders = ${levels.maxWalSenders} and max_replication_slots = ${levels.maxReplicationSlots} are too small for ClickPipes, ` +
        `which needs ${LEAST_WAL_SENDERS} and ${LEAST_SLOTS}: ask Neon's support to raise them`,
    );
  }
  return { ...levels };
}

function belongs(host: string, projectId: string, endpoints: Endpoint[]): void {
  const own = endpoints.some((endpoint) => directHost(endpoint.host).toLowerCase() === host.toLowerCase());
  if (own) return;
  const known = endpoints.map((endpoint) => endpoint.host).join(", ") || "none";
  throw refusal(
    "foreignHost",
    `the connection's host ${host} is no endpoint of project ${projectId} (its endpoints: ${known}). Nothing was changed: correct \`projectId\` or the connection`,
  );
}

function consentNeeded(projectId: string, endpoints: Endpoint[]) {
  const active = endpoints
    .filter(({ current_state: state }) => state === "active")
    .map(({ id, host }) => `${id} (${host})`);
  return refusal(
    "restartNeeded",
    `logical replication is off in project ${projectId}. Turning it on restarts every compute of the project, once, cutting open connections ` +
      `(active now: ${active.join(", ") || "none"}), and it is for ever: Neon has no way back. Consent with \`allowRestart: true\``,
  );
}

async function read(context: Context, id: string, inputs: Inputs): Promise<Found | undefined> {
  const projectId = (inputs.projectId as string | undefined) ?? id;
  const on = await isOn(context.neon, projectId);
  const levels = await context.postgres.use(readLevels);
  const drift: string[] = [];
  if (!on)
    drift.push(
      `logical replication is off in project ${projectId}. Neon cannot turn it off, so this must be another project than before`,
    );
  else if (levels.walLevel !== "logical")
    drift.push(`${context.postgres.settings.host} says wal_level = ${levels.walLevel}`);
  return { outputs: { ...levels }, inputs: { projectId, allowRestart: inputs.allowRestart }, drift };
}
