import { escapeIdentifier, escapeLiteral } from "pg";
import type { Random } from "../../addresses/random";
import { createStack, type Deployment, type Stack } from "../engine/stack";
import { renameRole } from "./actor";
import type { Catalog } from "./catalog";
import { compareCatalogs } from "./finish";
import { COPIED } from "./foreign";
import { type Ledger, newLedger } from "./ledger";
import type { Source } from "./program";
import { pulumiProgram } from "./pulumiProgram";
import { FOREIGN_PUBLICATION, FOREIGN_ROLES, TABLES, type World } from "./world";

const LOST_MARKER = /has lost (?:this resource's marker|the note of these grants)/;

/** One random history of a stack of the real Pulumi. Nothing in it collides, since refusals have the other model. */
export class PulumiHistory {
  readonly log: string[] = [];
  readonly #ledger: Ledger = newLedger();
  #older: NonNullable<Deployment["deployment"]["resources"]> = [];

  private constructor(
    readonly draw: Random,
    readonly world: World,
    readonly stack: Stack,
    readonly sources: Source[],
    readonly atFirst: Catalog,
  ) {}

  static async start(draw: Random, world: World): Promise<PulumiHistory> {
    const sources = drawSources(draw);
    const env = { SOURCE: world.server.uri("one") };
    const stack = await createStack({ program: pulumiProgram(sources), language: "javascript", env });
    return new PulumiHistory(draw, world, stack, sources, await world.catalog());
  }

  /** What is wrong at the end. */
  async play(): Promise<string[]> {
    await this.#up();
    for (let steps = 0; steps < 2; steps++) await this.#step();
    if (this.draw.chance(0.5)) await this.#settle();
    await this.#destroy();
    for (const { user, publication } of this.sources)
      for (const one of [user, publication]) if (one) this.#written(one.name);
    for (const name of [...FOREIGN_ROLES, FOREIGN_PUBLICATION]) this.#written(name);
    return compareCatalogs(this.#ledger, this.atFirst, await this.world.catalog());
  }

  #written(name: string): void {
    this.#ledger.written.add(name);
  }

  #step(): Promise<void> {
    const { draw } = this;
    return draw.pick([
      () => this.#edit(),
      () => this.#edit(),
      () => this.#replace(),
      () => this.#restore(),
      () => this.#byHand(),
    ])();
  }

  async #up(args: string[] = []): Promise<void> {
    this.log.push(`up ${args.join(" ")} ${JSON.stringify(this.sources)}`);
    this.stack.write(pulumiProgram(this.sources));
    await this.stack.up({ skipPreview: this.draw.chance(0.7), args });
  }

  async #edit(): Promise<void> {
    const { draw } = this;
    this.#older = await this.#resources();
    const source = draw.pick(this.sources);
    const { name, path, grants, publication } = source;
    draw.pick([
      () => grants && Object.assign(grants, { tables: drawTables(draw) }),
      // What the program takes away from an adopted publication stays away.
      () => publication && !publication.adopt && Object.assign(publication, { tables: drawTables(draw) }),
      () => renameRole(source, `reader_${draw.below(1000)}`),
      () => {
        source.formerly = [{ name, path }, ...source.formerly];
        source.name = `${name}${draw.below(1000)}`;
      },
    ])();
    await this.#up();
  }

  async #replace(): Promise<void> {
    this.#older = await this.#resources();
    const urns = this.#older.filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic/")).map(({ urn }) => urn);
    // The replacement resumes the adoption, and does not know what was there before it.
    for (const name of [...FOREIGN_ROLES, FOREIGN_PUBLICATION]) this.#ledger.forgotten.add(name);
    const some = urns.filter(() => this.draw.chance(0.5));
    await this.#up(some.flatMap((urn) => ["--replace", urn]));
  }

  /** The state from before the last change is put back. */
  async #restore(): Promise<void> {
    if (this.#older.length === 0) return;
    this.log.push("an older state is restored");
    await this.stack.import(this.#older);
    for (const name of [...FOREIGN_ROLES, FOREIGN_PUBLICATION]) this.#ledger.forgotten.add(name);
    if (this.draw.chance(0.7)) await this.#settle();
  }

  async #byHand(): Promise<void> {
    const { user, publication } = this.draw.pick(this.sources);
    const [kind, object] = this.draw.chance(0.5) ? (["role", user] as const) : (["publication", publication] as const);
    const name = String(object?.name);
    const sql = `comment on ${kind} ${escapeIdentifier(name)} is ${escapeLiteral("by hand")}`;
    this.log.push(sql);
    this.#ledger.forgotten.add(name);
    await this.world.asAdmin("one", sql);
  }

  async #resources() {
    return (await this.stack.export()).deployment.resources ?? [];
  }

  /** After a refresh and an `up`, neither of them changes anything any more. */
  async #settle(): Promise<void> {
    await this.stack.refresh({ skipPreview: true });
    await this.#up();
    const { changes: refreshed } = await this.stack.refresh({ skipPreview: true });
    const { changes } = await this.stack.preview();
    this.log.push(`settles: ${JSON.stringify([refreshed, changes])}`);
    for (const one of [refreshed, changes])
      if (Object.keys(one).some((kind) => kind !== "same"))
        throw new Error(`refresh and up flip: ${JSON.stringify(one)}`);
  }

  /** Follows what a refusal says, and what a delete says of that which it left. */
  async #destroy(): Promise<void> {
    const output = await this.#tryDestroy();
    if (!(await this.#isLeft())) return;
    if (!output.includes("delete left it unchanged")) throw new Error(`left without a word:\n${output}`);
    await this.#up();
    await this.#tryDestroy();
  }

  async #tryDestroy(): Promise<string> {
    this.log.push("destroy");
    try {
      return (await this.stack.destroy({ skipPreview: true })).output;
    } catch (error) {
      if (!LOST_MARKER.test(String(error))) throw error;
      await this.stack.refresh({ skipPreview: true });
      await this.#up();
      return (await this.stack.destroy({ skipPreview: true })).output;
    }
  }

  async #isLeft(): Promise<boolean> {
    const { roles, publications } = await this.world.catalog();
    return [...roles.values(), ...publications.values()].some(
      ({ marked: { owner, grants } }) => grants.length > 0 || (owner && owner.token !== COPIED),
    );
  }
}

function drawSources(draw: Random): Source[] {
  const adopts = draw.chance(0.4);
  const first = makeSource(draw, "orders", "acme:index:Orders", "reader_a", "pub_a");
  const second = makeSource(
    draw,
    draw.pick(["orders", "billing"]),
    "acme:index:Billing",
    adopts ? FOREIGN_ROLES[0] : "reader_b",
    adopts ? FOREIGN_PUBLICATION : "pub_b",
  );
  if (adopts) Object.assign(second.user ?? {}, { adopt: true, passwordVersion: 1 });
  if (adopts) Object.assign(second.publication ?? {}, { adopt: true, tables: [...TABLES] });
  return draw.chance(0.6) ? [first, second] : [draw.pick([first, second])];
}

function makeSource(draw: Random, name: string, path: string, role: string, publication: string): Source {
  return {
    ...{ name, path, database: "one", formerly: [] },
    user: { name: role },
    grants: { role, tables: drawTables(draw) },
    publication: { name: publication, tables: drawTables(draw), allowReplace: true },
  };
}

function drawTables(draw: Random): string[] {
  const tables = TABLES.filter(() => draw.chance(0.4));
  return tables.length > 0 ? tables : [draw.pick(TABLES)];
}
