import type { Random } from "../../addresses/random";
import { QuickServer } from "../logicalReplication/server";
import { type NeonApi, startNeonApi } from "../neon/api/listening";
import { listIn, RandomFaults } from "./faults";
import { type AllowedIps, HERE, judgeWrite, NOTHING, type Seen, type Stack } from "./stack";

/** The same addresses in other spellings, a wider entry, and one that the proxy ignores. */
const OTHER_SPELLINGS = ["192.0.2.1/32", "198.51.100.9/24", "2001:DB8:0::1", "127.0.0.0/8", " 192.0.2.2"];

/** The same in all histories: a run remembers every secret, and compiles a pattern for each. */
const KEY = "napi_of_all_histories_0123456789abcdef";

/** A project in which every change is checked against what the writer had read and was allowed to do. */
export class World {
  readonly stacks: Stack[] = [];
  readonly violations: string[] = [];
  readonly log: string[] = [];
  /** Counts the changes of the settings. */
  version = 0;
  lost = 0;
  faultChance = 0;
  editChance = 0;
  #list: AllowedIps;
  #foreign = 0;
  #remembered: string[] = [];

  private constructor(
    readonly draw: Random,
    readonly api: NeonApi,
    readonly server: QuickServer,
    readonly postgresPort: number,
    readonly stop: () => Promise<void>,
  ) {
    this.#list = api.project.settings.allowed_ips;
    Object.defineProperty(api.project.settings, "allowed_ips", {
      enumerable: true,
      get: () => this.#list,
      set: (sent: AllowedIps) => this.#patched(sent),
    });
  }

  static async start(draw: Random, ips: string[]): Promise<World> {
    const server = new QuickServer();
    const options = { allowedIps: ips, protectedBranchesOnly: draw.chance(0.2), operationStateMs: 1 };
    const api = await startNeonApi(options, server.asPostgres, KEY);
    const postgres = await server.listen(api.project, api.compute);
    const stop = async () => {
      await api.stop();
      await postgres.stop();
    };
    return new World(draw, api, server, postgres.port, stop);
  }

  get ips(): string[] {
    return this.#list.ips ?? [];
  }

  async addStack(): Promise<Stack> {
    const door = await this.api.anotherDoor((requests) => new RandomFaults(this, () => stack, requests));
    const connection = { host: HERE, port: `${this.postgresPort}`, database: "d", user: "u", password: "p" };
    const config = { ...connection, sslmode: "disable", connectTimeout: "2" };
    for (const [name, value] of Object.entries(config)) door.config[`clickpipes:${name}`] = value;
    const stack: Stack = {
      door,
      consent: NOTHING,
      seen: [],
      readVersion: -1,
      mine: new Set(),
      doubtful: new Set(),
      gone: [],
      isUnsaved: false,
    };
    this.stacks.push(stack);
    return stack;
  }

  foreignEntry(): string {
    if (this.draw.chance(0.3)) return this.draw.pick(OTHER_SPELLINGS);
    return `10.${this.draw.below(250)}.${this.#foreign++ % 250}.7/${24 + this.draw.below(9)}`;
  }

  /** Another user changes the list, or turns logical replication on. */
  edit(): void {
    const { draw } = this;
    const ips = [...this.ips];
    const somewhere = draw.below(ips.length + 1);
    const edits: [string, () => string[]][] = [
      ["adds", () => ips.toSpliced(somewhere, 0, this.foreignEntry())],
      ["adds at the end", () => [...ips, this.foreignEntry()]],
      ["takes out", () => (ips.length > 1 ? ips.toSpliced(somewhere, 1) : ips)],
      ["turns around", () => ips.reverse()],
      ["empties", () => (draw.chance(0.3) ? [] : ips)],
      ["puts back an old list", () => (this.#remembered.length > 0 ? this.#remembered : ips)],
    ];
    const [what, made] = draw.pick(edits);
    if (draw.chance(0.3)) this.#remembered = [...this.ips];
    const next = made();
    const protects = draw.chance(0.1) ? !this.#list.protected_branches_only : this.#list.protected_branches_only;
    this.#become({ ips: next, protected_branches_only: protects }, `another user ${what}`);
    if (draw.chance(0.01)) this.api.project.settings.enable_logical_replication = true;
  }

  /** The entries in the list that certainly belong to the stack. */
  left({ mine, doubtful }: Stack): string[] {
    return this.ips.filter((entry) => mine.has(entry) && !doubtful.has(entry));
  }

  see(): Seen {
    const { enable_logical_replication: on } = this.api.project.settings;
    return { ips: [...this.ips], protectedOnly: this.#list.protected_branches_only ?? false, on };
  }

  violated(text: string): void {
    this.violations.push(text);
  }

  #become(list: AllowedIps, who: string): void {
    this.version++;
    this.#list = list;
    this.log.push(`${who}: ${JSON.stringify(list.ips)}${list.protected_branches_only ? " protected" : ""}`);
  }

  #patched(sent: AllowedIps): void {
    const writer = this.stacks.find(({ door }) => door.requests.some((request) => listIn(request) === sent));
    if (!writer) throw new Error("no stack has sent this list");
    const name = `stack ${this.stacks.indexOf(writer)}`;
    const attempts = writer.seen.map((seen) => judgeWrite(writer, seen, sent));
    const accepted = attempts.find(({ problem }) => problem === undefined);
    if (!accepted) this.violated(`${name} wrote ${JSON.stringify(sent)}: ${attempts.map(({ problem }) => problem)}`);
    for (const entry of accepted?.added ?? []) {
      writer.mine.add(entry);
      writer.doubtful.delete(entry);
    }
    writer.gone = [...writer.mine].filter((entry) => !sent.ips?.includes(entry));
    const before = writer.seen.at(-1)?.ips ?? [];
    this.lost += this.ips.filter((entry) => !before.includes(entry) && !sent.ips?.includes(entry)).length;
    this.#become(sent, name);
  }
}
