import type { Random } from "../../addresses/random";
import type { Actor } from "./actor";
import type { Entry } from "./entry";
import { drawHandMade } from "./hand";
import type { History } from "./history";
import type { Kill } from "./watch";
import type { World } from "./world";

export type Step = (history: History, draw: Random, actor: Actor) => Promise<void>;

const change: Step = async (history, draw, actor) => {
  for (let edits = draw.below(3); edits >= 0; edits--) history.edit(actor);
  const { killed } = await history.act(actor, "up", { preview: draw.chance(0.5) });
  if (!killed && draw.chance(0.4)) await settle(history, actor);
};

const refresh: Step = async (history, _draw, actor) => void (await history.act(actor, "refresh"));

const replace: Step = async (history, draw, actor) => {
  const urns = actor.goals.map(({ urn }) => urn).filter(() => draw.chance(0.4));
  history.log.push(`${actor.label} replaces ${urns.join(", ")}`);
  if (draw.chance(0.3)) history.edit(actor);
  await history.act(actor, "up", { replace: urns, ...(draw.chance(0.3) && { kill: drawKill(draw) }) });
};

const kill: Step = async (history, draw, actor) => {
  for (let edits = draw.below(3); edits >= 0; edits--) history.edit(actor);
  const verb = draw.chance(0.8) ? "up" : "destroy";
  await history.act(actor, verb, { kill: drawKill(draw) });
  if (draw.chance(0.5)) history.edit(actor);
  if (draw.chance(0.5)) await history.act(actor, "up");
};

function drawKill(draw: Random): Kill {
  const point = draw.pick(["before server", "before answer", "after answer"] as const);
  return { operation: draw.below(4), message: draw.below(9), point };
}

/** An older state is put back. What the newer one held is lost. */
const restore: Step = async (history, draw, actor) => {
  if (actor.saved.length === 0) return;
  const lost = actor.entries;
  actor.entries = structuredClone(draw.pick(actor.saved.slice(-5)));
  history.ledger.noteLost([...lost, ...actor.entries]);
  history.log.push(`${actor.label} is restored: ${history.describeStates()}`);
};

const byHand: Step = async (history, draw) => {
  const made = await drawHandMade(draw, history.world, history.actors);
  if (!made) return;
  const { sql, database, object, wipes } = made;
  history.log.push(`by hand in ${database}: ${sql}`);
  await history.world.asSuperuser(database, sql);
  history.ledger.forgotten.add(object);
  if (wipes) history.ledger.wiped.add(object);
};

const destroy: Step = async (history, _draw, actor) => void (await history.act(actor, "destroy"));

/** As if an earlier version had written everything: neither path nor place. */
const makeOld: Step = async (history, _draw, actor) => {
  history.log.push(`${actor.label} becomes one of an earlier version`);
  for (const entry of actor.entries) await makeOldEntry(history.world, entry);
};

async function makeOldEntry(world: World, { kind, database, inputs, outputs }: Entry): Promise<void> {
  for (const properties of [inputs, outputs]) delete properties.path;
  const { publications, roles } = await world.catalog();
  const name = String(outputs.name ?? outputs.role);
  const found = kind === "Publication" ? publications.get(`${database}/${name}`) : roles.get(name);
  if (found)
    await world.rewriteMarker(kind === "Publication" ? "publication" : "role", name, database, found, outputs.token);
}

/** After a successful `up`, refreshing and updating in turn comes to an end, and then the state is true. */
export async function settle(history: History, actor: Actor): Promise<void> {
  for (let round = 0; round < 4; round++) {
    const { differs } = await history.act(actor, "refresh");
    const drift = actor.entries.map(({ inputs: { drift } }) => drift).filter(Boolean);
    const { changes } = await history.act(actor, "up");
    const isSame = changes && changes.create + changes.update + changes.replace + changes.delete === 0;
    if (isSame && !differs) return provePasswords(history, actor);
    history.log.push(`${actor.label} settles: ${JSON.stringify(changes)} ${JSON.stringify(drift)}`);
  }
  history.violated(`${actor.label}: refresh and up flip for ever`);
}

async function provePasswords(history: History, actor: Actor): Promise<void> {
  for (const { kind, outputs, database } of actor.entries) {
    if (kind !== "ClickPipesUser" || typeof outputs.password !== "string") continue;
    if (!(await history.world.accepts(String(outputs.name), outputs.password, database)))
      history.violated(`${actor.label}: role ${outputs.name} does not accept the password in the state`);
  }
}

export const STEPS: readonly Step[] = [
  ...[change, change, change, change, change, refresh, replace, kill, kill, restore, byHand, byHand],
  ...[destroy, makeOld],
];
