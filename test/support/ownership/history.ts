import { isDeepStrictEqual } from "node:util";
import type { Random } from "../../addresses/random";
import { Actor, removePart } from "./actor";
import { drawEdit, drawSource, forgetReusedAliases } from "./draw";
import { describeOperation, EngineRun, Refused } from "./engine";
import { describe, type Entry } from "./entry";
import { type Ledger, newLedger, objectOf } from "./ledger";
import { ProviderProcess } from "./process";
import { DATABASES, type Database, type Kind, type Source } from "./program";
import { type Kill, Killed, Violation, Watch } from "./watch";
import { type Means, STATE_DELETE, waysOn } from "./ways";
import type { World } from "./world";

/** Refusals in a row, and runs within runs, after which a history counts as stuck. */
const MOST_REFUSALS = 14;
const DEEPEST = 8;

export interface RunOptions {
  preview?: boolean;
  replace?: readonly string[];
  kill?: Kill;
}

type Verb = "up" | "refresh" | "destroy";

export type Outcome = { changes?: EngineRun["changes"]; differs?: boolean; killed?: true };

/** Runs the engine for several stacks, watches each operation, and follows the ways on that refusals name. */
export class History {
  readonly actors: Actor[] = [];
  readonly log: string[] = [];
  readonly ledger: Ledger = newLedger();
  #depth = 0;
  #fresh = 0;

  constructor(
    readonly draw: Random,
    readonly world: World,
    /** What providers print, of which each run reads what is new. */
    readonly said: string[],
  ) {}

  get entries(): Entry[] {
    return this.actors.flatMap(({ entries }) => entries);
  }

  violated(text: string): never {
    throw new Violation(text);
  }

  /** Runs until it succeeds or is killed: a refusal is followed by one of the ways on that it names. */
  async act(actor: Actor, verb: Verb, options: RunOptions = {}): Promise<Outcome> {
    if (this.#depth >= DEEPEST) this.violated(`${actor.label} ${verb}: runs within runs without an end`);
    this.#depth++;
    const seen = new Map<string, string>();
    try {
      for (let refusals = 0; refusals < MOST_REFUSALS; refusals++) {
        const outcome = await this.run(actor, verb, options);
        if (!(outcome instanceof Refused)) return outcome;
        await this.#goOn(actor, verb, outcome, seen);
      }
      return this.violated(`${actor.label} ${verb} is refused for ever:\n${[...seen.keys()].join("\n")}`);
    } finally {
      this.#depth--;
    }
  }

  async #goOn(actor: Actor, verb: Verb, refused: Refused, seen: Map<string, string>): Promise<void> {
    const { message, operation } = refused;
    const text = `${describeOperation(operation)}: ${message}`;
    const before = seen.get(text);
    if (before) this.violated(`${actor.label} ${verb}: refused again after "${before}":\n${text}`);
    const ways = waysOn(refused, actor, this.#means(actor));
    if (ways.length === 0) this.violated(`${actor.label} ${verb}: no way on is understood:\n${text}`);
    const way = this.draw.pick(ways);
    if (way.name !== STATE_DELETE) seen.set(text, way.name);
    const key = `${message.split("\n")[0]?.replace(/"[^"]*"|\S+\/\S+( \(in \S+\))?/g, "…")}`;
    this.ledger.count(key, way.name);
    this.log.push(`  refused: ${text.replaceAll("\n", "\n    ")}\n  followed: ${way.name}`);
    await way.follow();
  }

  /** One run of the engine, in a provider process of its own. */
  async run(actor: Actor, verb: Verb, { preview, replace = [], kill }: RunOptions = {}): Promise<Outcome | Refused> {
    this.ledger.runs++;
    forgetReusedAliases(actor);
    if (preview && verb === "up") {
      const refused = await this.#inProcess(actor, undefined, (run) => run.preview(actor.goals));
      if (refused instanceof Refused) return refused;
    }
    const outcome = await this.#inProcess(actor, kill, async (run) => {
      if (verb === "refresh") return { differs: await run.refresh() };
      await (verb === "up" ? run.up(actor.goals, replace) : run.destroy());
      return { changes: run.changes };
    });
    actor.save();
    return outcome ?? {};
  }

  async #inProcess<T>(
    actor: Actor,
    kill: Kill | undefined,
    work: (run: EngineRun) => Promise<T>,
  ): Promise<T | Refused | { killed: true }> {
    const process = new ProviderProcess(kill ? this.world.cuttableConfigs : this.world.configs);
    const watch = new Watch(this, kill);
    try {
      return await work(new EngineRun(actor.entries, process, watch.carry));
    } catch (error) {
      if (error instanceof Refused) return error;
      if (error instanceof Killed) return { killed: true };
      throw error;
    } finally {
      await process.end();
      await watch.look();
    }
  }

  #means(actor: Actor): Means {
    return {
      actors: this.actors,
      freshName: () => `other_${++this.#fresh}`,
      runAsAdmin: async (sql, { operation }) => {
        this.log.push(`  admin: ${sql}`);
        await this.world.asAdmin(operation.subject.database, sql);
        this.ledger.wiped.add(objectOf(operation.inputs));
        this.ledger.handedOver.add(objectOf(operation.inputs));
      },
      refresh: (one) => this.act(one, "refresh"),
      refreshAndUp: (one, entry) => this.#refreshAndUp(one, entry),
      removeElsewhere: (identity, object, lost) => this.#removeElsewhere(identity, object, actor, lost),
      revokeAll: (role) => this.#revokeAll(role),
      forget: (entry) => {
        actor.entries.splice(actor.entries.indexOf(entry), 1);
        this.ledger.noteLost([entry]);
      },
    };
  }

  /** The resource must be in the program for it: a delete that was refused is of one that left it. */
  async #refreshAndUp(actor: Actor, entry: Entry | undefined): Promise<void> {
    const program = structuredClone(actor.program);
    if (entry && !entry.deleting) putBack(actor, entry);
    await this.act(actor, "refresh");
    await this.act(actor, "up");
    const isBack = !isDeepStrictEqual(program, actor.program);
    if (isBack && entry) this.#takeOut(actor, program, entry);
  }

  /** What a way on changed meanwhile stays changed. */
  #takeOut(actor: Actor, before: readonly Source[], entry: Entry): void {
    const wasThere = before.some(({ name, path }) => name === entry.name && path === entry.path);
    const source = actor.program.find(({ name, path }) => name === entry.name && path === entry.path);
    if (!source) return;
    if (wasThere) removePart(actor, source, entry.kind);
    else actor.program = actor.program.filter((other) => other !== source);
  }

  async #removeElsewhere(identity: string, object: string, first: Actor, lost: Source["grants"]): Promise<boolean> {
    const owners = this.actors.filter((actor) => actor.findIdentity(identity));
    for (const owner of owners) {
      const known = owner.findIdentity(identity, object);
      if (known?.source && !known.entry) await this.act(owner, "up");
      await this.#remove(owner, identity, object, first);
    }
    const [, , stack, , name = ""] = identity.replace(/ \(in .*/, "").split("/");
    const path = / \(in (.*)\)$/.exec(identity)?.[1] ?? "";
    const actor = [first, ...this.actors].find((one) => one.stack === stack);
    const database = lost && (await this.#databaseOfNote(lost.role, `/${stack}/ClickPipesGrants/${name}`, path));
    if (!lost || !actor || !database) return owners.length > 0;
    // No state knows it any more: the program that had it takes it over.
    this.log.push(`  ${actor.label}: take over ${identity}`);
    putBack(actor, { name, path, database, kind: "ClickPipesGrants", inputs: lost });
    await this.act(actor, "up");
    await this.#remove(actor, identity, object, undefined);
    return true;
  }

  async #databaseOfNote(role: string, mark: string, path: string): Promise<Database | undefined> {
    const notes = (await this.world.catalog()).roles.get(role)?.marked.grants ?? [];
    const note = notes.find((one) => one.mark.endsWith(mark) && (one.path ?? "") === path);
    return DATABASES.find((one) => this.world.databaseName(one) === note?.database);
  }

  async #remove(owner: Actor, identity: string, object: string, first: Actor | undefined): Promise<void> {
    const found = owner.findIdentity(identity, object);
    this.log.push(`  ${owner.label}: remove ${identity}`);
    if (found?.source) removePart(owner, found.source, found.kind);
    if (owner !== first || found?.entry) await this.act(owner, "up");
  }

  async #revokeAll(role: string): Promise<void> {
    const { rights } = await this.world.catalog();
    if (!this.ledger.wiped.has(role) && !this.ledger.granted.has(role))
      this.violated(`role ${role} holds rights that are nobody's`);
    for (const { database, grantee } of rights.values())
      if (grantee === role) await this.world.asSuperuser(database, `drop owned by ${role}`);
  }

  describeStates(): string {
    return this.actors
      .map(({ label, entries }) => `${label} holds ${entries.map(describe).join(", ") || "nothing"}`)
      .join("\n");
  }

  addActor(label: string, stack: string): Actor {
    const actor = new Actor(label, stack);
    this.actors.push(actor);
    const source = drawSource(this.draw, []);
    if (source) actor.program.push(source);
    return actor;
  }

  edit(actor: Actor): void {
    this.log.push(`${actor.label} edits: ${drawEdit(this.draw, actor)}`);
  }
}

/** Writes a resource of the state into the program again. */
export function putBack(
  actor: Actor,
  { kind, name, path, database, inputs }: Pick<Entry, "kind" | "name" | "path" | "database" | "inputs">,
): void {
  const { mark: _mark, path: _path, drift: _drift, namesakes: _namesakes, ...args } = inputs;
  let source = actor.program.find((one) => one.name === name && one.path === path);
  if (!source) {
    source = { name, path, database, formerly: [] };
    actor.program.push(source);
  }
  setPart(source, kind, args);
}

function setPart(source: Source, kind: Kind, args: Record<string, unknown>): void {
  if (kind === "ClickPipesUser") source.user ??= args as Source["user"] & object;
  else if (kind === "ClickPipesGrants") source.grants ??= args as Source["grants"] & object;
  else source.publication ??= args as Source["publication"] & object;
}
