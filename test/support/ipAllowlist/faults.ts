import { type ApiFault, ApiFaults } from "../neon/api/faults";
import type { ProjectSettings } from "../neon/api/project";
import type { RecordedRequest } from "../neon/api/server";
import type { Stack } from "./stack";
import type { World } from "./world";

const FAULTS: ApiFault[] = [
  ...[423, 429, 503].map((status) => ({ status, retryAfter: "0" })),
  ...[500, 502].map((status) => ({ status })),
  ...[{ cut: "before" }, { cut: "after" }, { cut: "before" }, { cut: "after" }].map((cut) => cut as ApiFault),
];

const settingsIn = ({ body }: RecordedRequest): Partial<ProjectSettings> | undefined =>
  (body?.project as { settings?: Partial<ProjectSettings> } | undefined)?.settings;
export const listIn = (request: RecordedRequest) => settingsIn(request)?.allowed_ips;

const isReading = (request: RecordedRequest | undefined): boolean =>
  request?.method === "GET" && !/endpoints|operations/.test(request.path);

/** Random faults of a stack's requests, and what others do while a request is running. */
export class RandomFaults extends ApiFaults {
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
        // If the stack learns of its success, an entry that comes back is another user's. Otherwise the stack may remove it again.
        const gone = method === "PATCH" ? stack.gone.splice(0) : [];
        if (fault.cut === undefined && !stack.isUnsaved) for (const entry of gone) stack.mine.delete(entry);
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
