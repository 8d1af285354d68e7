import { canonicalEntry } from "../../../provider/ipAllowlist/addresses/entry";
import type { Managed } from "../managed";
import type { ProviderProcess } from "./process";
import { type Consent, HERE, POOL, type Stack } from "./stack";
import type { World } from "./world";

export interface Actor {
  stack: Stack;
  process: ProviderProcess;
  allowlist: Managed;
  replication: Managed;
  name: string;
}

export interface Step {
  name: string;
  /** Called for each run, since the state may have changed. */
  consent(): Partial<Consent>;
  run(): Promise<unknown>;
  /** What is wrong after the step, if it succeeded and no one edited anything after its last read. */
  holds(): string | undefined;
  /** Whether an entry that the stack added still belongs to it after the step succeeded. */
  keeps?(entry: string): boolean;
  /** Whether its success leaves nothing of earlier runs that is not in the state. */
  settles?(): boolean;
  resource: Managed;
}

type Values = Record<string, unknown>;

export function up(world: World, { allowlist, stack }: Actor): Step {
  const { draw } = world;
  const whenOpen = draw.pick(["leaveOpen", "restrict"]);
  const ips = POOL.slice(0, -1).filter(() => draw.chance(0.5));
  if (whenOpen === "restrict" ? draw.chance(0.8) : ips.length === 0) ips.push(HERE);
  if (ips.length === 0) ips.push(POOL[0] as string);
  const args: Values = { projectId: world.api.projectId, ips, whenOpen, allowOpenOnDelete: draw.chance(0.5) };
  if (draw.chance(0.2)) args.protectedBranchesOnly = draw.chance(0.5);
  const consent = () => {
    const { state } = allowlist;
    const closes = whenOpen === "restrict" && state?.outputs.effective !== "restricted";
    const protect =
      closes ||
      args.protectedBranchesOnly !== undefined ||
      state?.outputs.protectedBefore !== undefined ||
      stack.isUnsaved;
    return { write: true, close: closes, open: closes, protect };
  };
  let isSame = false;
  return {
    name: `up ${JSON.stringify(args)}`,
    resource: allowlist,
    consent,
    run: async () => {
      isSame = (await allowlist.up(args)).kind === "same";
    },
    // An unchanged program sends nothing. Only a refresh sees what another user did in the meantime.
    settles: () => !isSame,
    keeps: (entry) =>
      isSame ||
      (allowlist.outputs.effective === "restricted" &&
        ips.includes(entry) &&
        stack.seen.some((seen) => seen.ips.includes(entry))),
    holds: () => {
      if (isSame) return undefined;
      const isOpen = world.ips.length === 0;
      if (isOpen && whenOpen === "restrict") return "the list is open";
      if (allowlist.outputs.effective !== (isOpen ? "open" : "restricted")) return "effective is not what Neon has";
      const there = new Set(world.ips.map(canonicalEntry));
      const missing = isOpen ? [] : ips.filter((entry) => !there.has(entry));
      if (missing.length > 0) return `${missing} are missing in ${world.ips}`;
      const left = world.left(stack).filter((entry) => !ips.includes(entry));
      return left.length > 0 ? `${left} were not removed` : undefined;
    },
  };
}

export function refresh({ allowlist, stack }: Actor): Step {
  const run = async () => allowlist.state && (await allowlist.refresh());
  // An entry that it finds missing, or in another spelling, no longer belongs to the stack, even if it comes back later.
  const keeps = (entry: string) =>
    allowlist.state === undefined || stack.isUnsaved || stack.seen.some(({ ips }) => ips.includes(entry));
  return { name: "refresh", resource: allowlist, consent: () => ({}), run, keeps, holds: () => undefined };
}

export function destroy(world: World, { allowlist, stack }: Actor): Step {
  const existed = allowlist.state !== undefined;
  return {
    name: "destroy",
    resource: allowlist,
    consent: () => {
      const { allowOpenOnDelete, protectedBefore } = allowlist.state?.outputs ?? {};
      return {
        write: true,
        open: allowOpenOnDelete === true,
        protect: protectedBefore !== undefined || stack.isUnsaved,
      };
    },
    run: () => allowlist.destroy(),
    settles: () => existed,
    keeps: () => !existed,
    holds: () => {
      const left = existed ? world.left(stack) : [];
      return left.length > 0 ? `${left} were left behind` : undefined;
    },
  };
}

export function replicate(world: World, { replication }: Actor): Step {
  const allowRestart = world.draw.chance(0.6);
  return {
    name: `logical replication${allowRestart ? ", which may restart" : ""}`,
    resource: replication,
    consent: () => ({ restart: allowRestart }),
    run: () => replication.up({ projectId: world.api.projectId, allowRestart }),
    holds: () => {
      const isLogical = replication.outputs.walLevel === "logical" && world.server.walLevel === "logical";
      return isLogical && world.see().on ? undefined : "logical replication is not on";
    },
  };
}
