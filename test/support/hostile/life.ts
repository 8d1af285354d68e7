import { vi } from "vitest";
import { Managed } from "../managed";
import { type Admin, startDatabase, type TestDatabase } from "../postgres/database";
import type { PostgresVersion } from "../postgres/servers";
import { recordWarnings } from "../warnings";
import { startWire, type Wire } from "../wire/recording";
import { factsOf, Recorder, type Step } from "./record";
import { adoptionsOf, argumentsOf, PASSWORD, READER, refusedOf, renew, type Values } from "./source";
import { alter, type Surroundings, within } from "./surroundings";

/** Where a life is led: the URI of the surroundings leads through the wire. */
export interface LifePlace {
  db: TestDatabase;
  admin: Admin;
  wire: Wire;
  stop(): Promise<void>;
}

/** A server of its own, reached through a wire. */
export async function startPlace(version: PostgresVersion, admin: Admin): Promise<LifePlace> {
  const db = await startDatabase(version, admin);
  const { hostname, port } = new URL(db.uri);
  const wire = await startWire({ host: hostname, port: Number(port) });
  return {
    ...{ db, admin, wire },
    stop: async () => {
      await wire.stop();
      await db.stop();
    },
  };
}

/** A whole life of all resources of SQL, from the first preview to the last destroy; whoever leads it sees nothing of the last one. */
export async function live(place: LifePlace, surroundings: Surroundings): Promise<Step[]> {
  process.setMaxListeners(0);
  vi.resetModules();
  const { handler } = await import("../../../provider/dynamic/handler.js");
  await renew(place.db, place.admin);
  const recorder = new Recorder(place.wire, recordWarnings());
  recorder.secrets.set(PASSWORD, "the given password");
  const newResource = (kind: string, name: string): Managed => {
    const limits = { "clickpipes:connectTimeout": "5", "clickpipes:deleteTimeout": "5" };
    const resource = new Managed(kind, name, { "clickpipes:connectionUri": surroundings.uri, ...limits });
    resource.handleWith(handler(kind));
    return resource;
  };
  try {
    await within(surroundings.environment, () => new SettingsLife(place, surroundings, recorder, newResource).run());
  } finally {
    // What it would leave idle.
    place.wire.cutAll();
  }
  return recorder.steps;
}

/** The step that the server refuses, with words of its own. */
export const REFUSED = "a filter that is refused";

class SettingsLife {
  readonly #resources: Record<string, Managed>;

  constructor(
    private readonly place: LifePlace,
    private readonly surroundings: Surroundings,
    private readonly recorder: Recorder,
    private readonly newResource: (kind: string, name: string) => Managed,
  ) {
    this.#resources = {
      user: newResource("ClickPipesUser", "source"),
      grants: newResource("ClickPipesGrants", "source"),
      publication: newResource("Publication", "source"),
      ...(place.db.version >= 15 && { bySchema: newResource("Publication", "schemas") }),
      readiness: newResource("SourceReadiness", "source"),
    };
  }

  async run(): Promise<void> {
    const { db, admin } = this.place;
    const { first, later } = argumentsOf(db, admin);
    await this.#facts("before");
    await this.#up("create", first);
    await this.#facts("created");
    await this.#up("unchanged", first);
    await this.#refresh("refresh");
    await this.#up("update", later);
    await this.#facts("updated");
    await this.#refresh("refresh after the update");
    await this.#adopt();
    const refused = this.newResource("Publication", "refused");
    await this.recorder.step(REFUSED, () => refused.up(refusedOf(db)));
    for (const [name, resource] of Object.entries(this.#resources).reverse())
      await this.recorder.step(`destroy: ${name}`, () => resource.destroy());
    await this.#facts("after");
  }

  async #up(title: string, args: Record<string, Values>): Promise<void> {
    for (const [name, resource] of Object.entries(this.#resources)) {
      const wished = { ...args[name], ...(name === "readiness" && { password: this.#password }) };
      await this.recorder.step(`preview of ${title}: ${name}`, () => resource.check(wished));
      await this.recorder.step(`${title}: ${name}`, async () => {
        const { kind, outputs } = await resource.up(wished).finally(() => this.#know(resource.state?.outputs.password));
        return { kind, outputs };
      });
      if (name === "user" && title === "create") await this.#setForReader();
    }
  }

  get #password(): unknown {
    return this.#resources.user?.state?.outputs.password ?? "none, since there is no role";
  }

  /** Even where it failed afterwards. */
  #know(password: unknown): void {
    const { secrets } = this.recorder;
    if (typeof password === "string" && !secrets.has(password)) secrets.set(password, `password ${secrets.size}`);
  }

  #setForReader(): Promise<void> {
    return this.recorder.step("settings of the ClickPipes user", async () => {
      for (const setting of this.surroundings.reader) await this.place.db.query(alter("role", READER, setting));
    });
  }

  async #refresh(title: string): Promise<void> {
    for (const [name, resource] of Object.entries(this.#resources)) await this.#read(`${title}: ${name}`, resource);
  }

  #read(title: string, resource: Managed): Promise<void> {
    return this.recorder.step(title, async () => ({
      changed: await resource.refresh(),
      drift: resource.drift,
      state: resource.state,
    }));
  }

  async #adopt(): Promise<void> {
    const { user, publication } = adoptionsOf(this.place.db, this.place.admin);
    for (const [kind, args] of Object.entries({ ClickPipesUser: user, Publication: publication })) {
      const found = this.newResource(kind, "found");
      await this.recorder.step(`preview of an adoption: ${kind}`, () => found.check(args));
      await this.recorder.step(`adoption: ${kind}`, () => found.up(args));
      await this.#facts(`adopted ${kind}`);
      await this.#read(`refresh of what is adopted: ${kind}`, found);
      await this.recorder.step(`given back: ${kind}`, () => found.destroy());
    }
  }

  #facts(title: string): Promise<void> {
    return this.recorder.step(`facts ${title}`, () => factsOf(this.place.db));
  }
}
