import { canonicalEntry } from "../../../provider/ipAllowlist/addresses/entry";
import type { Random } from "../../addresses/random";
import { QuickServer } from "../logicalReplication/server";
import { type ApiFault, ApiFaults } from "../neon/api/faults";
import { type Door, type NeonApi, startNeonApi } from "../neon/api/listening";
import type { ProjectSettings } from "../neon/api/project";
import type { RecordedRequest } from "../neon/api/server";

/** What we may wish for, in canonical form; the stand-in knows this machine by the last one. */
export const HERE = "127.0.0.1";
export const POOL = ["192.0.2.1", "192.0.2.2", "198.51.100.0/24", "203.0.113.8/30", "2001:db8::1", HERE];
/** The same addresses as others may write them, a wider entry and one that the proxy ignores. */
const OTHER_SPELLINGS = ["192.0.2.1/32", "198.51.100.9/24", "2001:DB8:0::1", "127.0.0.0/8", " 192.0.2.2"];

/** The same in all histories: a run remembers every secret it was told, and compiles a pattern for each. */
const KEY = "napi_of_all_histories_0123456789abcdef";

type AllowedIps = ProjectSettings["allowed_ips"];

interface Seen {
  ips: string[];
  protectedOnly: boolean;
  on: boolean;
}

/** What one stack may do in the operation under way. */
export interface Consent {
  write: boolean;
  close: boolean;
  open: boolean;
  protect: boolean;
  restart: boolean;
}

export const NOTHING: Consent = { write: false, close: false, open: false, protect: false, restart: false };

/** One stack, as Neon sees it. */
export interface Stack {
  door: Door;
  consent: Consent;
  /** What its last reading may have seen: more than one where something changed in between. */
  seen: Seen[];
  readVersion: number;
  /** The entries that it put in, or that nobody knows whether it did, and has not said goodbye to. */
  mine: Set<string>;
  /** Those of its own that it has once read to be gone: whoever put them back may have been somebody else. */
  doubtful: Set<string>;
  /** Those of its own that were gone after its last write. */
  gone: string[];
}

/** A project of which every change is checked against what the writer had read and was allowed to do. */
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
    };
    this.stacks.push(stack);
    return stack;
  }

  foreignEntry(): string {
    if (this.draw.chance(0.3)) return this.draw.pick(OTHER_SPELLINGS);
    return `10.${this.draw.below(250)}.${this.#foreign++ % 250}.7/${24 + this.draw.below(9)}`;
  }

  /** Somebody outside changes the list, or turns logical replication on. */
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
    this.#become({ ips: next, protected_branches_only: protects }, `somebody ${what}`);
    if (draw.chance(0.01)) this.api.project.settings.enable_logical_replication = true;
  }

  /** What is surely the stack's own, and still in the list. */
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
    if (!writer) throw new Error("nobody has sent this list");
    const name = `stack ${this.stacks.indexOf(writer)}`;
    const attempts = writer.seen.map((seen) => writing(writer, seen, sent));
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

/** Whether a list may be what a writer makes of what it has seen: others' entries in their order, ours behind them. */
function writing(
  { mine, consent }: Stack,
  seen: Seen,
  { ips: sent = [], protected_branches_only: protects }: AllowedIps,
) {
  const removed: string[] = [];
  let at = 0;
  for (const entry of seen.ips) {
    if (sent[at] === entry) at++;
    else removed.push(entry);
  }
  const added = sent.slice(at);
  const there = new Set(seen.ips.map(canonicalEntry));
  const problems = [
    [!consent.write, "it may not write at all"],
    [!removed.every((entry) => mine.has(entry)), `it took out ${removed}, and only ${[...mine]} are its own`],
    [!added.every((entry) => POOL.includes(entry) && !there.has(entry)), `it added ${added}`],
    [seen.ips.length === 0 && sent.length > 0 && !consent.close, "it closed an open list unasked"],
    [seen.ips.length > 0 && sent.length === 0 && !consent.open, "it opened a closed list unasked"],
    [!consent.protect && seen.protectedOnly !== (protects ?? false), "it changed protected_branches_only unasked"],
  ] as const;
  return { removed, added, problem: problems.find(([holds]) => holds)?.[1] };
}

const settingsIn = ({ body }: RecordedRequest): Partial<ProjectSettings> | undefined =>
  (body?.project as { settings?: Partial<ProjectSettings> } | undefined)?.settings;
const listIn = (request: RecordedRequest) => settingsIn(request)?.allowed_ips;

const isReading = (request: RecordedRequest | undefined): boolean =>
  request?.method === "GET" && !/endpoints|operations/.test(request.path);

/** What goes wrong with a stack's requests, and what others do while they are under way. */
class RandomFaults extends ApiFaults {
  constructor(
    readonly world: World,
    readonly stack: () => Stack,
    readonly requests: RecordedRequest[],
  ) {
    super();
  }

  override async strike(method: string): Promise<ApiFault> {
    const { world } = this;
    const stack = this.stack();
    const { draw, faultChance, editChance } = world;
    const edits = (chance: number) => draw.chance(chance) && world.edit();
    const fault: ApiFault = draw.chance(faultChance) ? draw.pick(FAULTS) : {};
    const request = this.requests.at(-1) as RecordedRequest;
    const on = settingsIn(request)?.enable_logical_replication;
    if (on !== undefined && (on !== true || !stack.consent.restart || stack.seen.every((seen) => seen.on)))
      world.violated(`logical replication was PATCHed to ${on}`);
    const reads = isReading(request);
    if (listIn(request) && !isReading(this.requests.at(-2)))
      world.violated("it wrote a list that it had not read just before");
    let before = world.see();
    return {
      ...fault,
      before: () => {
        edits(editChance);
        before = world.see();
        const isUnclear = fault.cut === "before" || (fault.status ?? 0) === 500 || fault.status === 502;
        const sent = (isUnclear && listIn(request)?.ips) || [];
        for (const entry of sent) if (!stack.seen.at(-1)?.ips.includes(entry)) stack.mine.add(entry);
      },
      after: () => {
        // Where it hears of its success, what comes back later is somebody else's; else it may take it out once more.
        const gone = method === "PATCH" ? stack.gone.splice(0) : [];
        if (fault.cut === undefined) for (const entry of gone) stack.mine.delete(entry);
        if (reads && fault.status === undefined) {
          stack.seen = [before, world.see()];
          stack.readVersion = world.version;
          const isSeen = (entry: string) => stack.seen.some(({ ips }) => ips.includes(entry));
          for (const entry of stack.mine) if (!isSeen(entry)) stack.doubtful.add(entry);
        }
        edits(editChance);
      },
    };
  }
}

const FAULTS: ApiFault[] = [
  ...[423, 429, 503].map((status) => ({ status, retryAfter: "0" })),
  ...[500, 502].map((status) => ({ status })),
  ...[{ cut: "before" }, { cut: "after" }, { cut: "before" }, { cut: "after" }].map((cut) => cut as ApiFault),
];
