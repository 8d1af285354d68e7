import { expect } from "vitest";
import type { ReadinessCheck } from "../../../provider/readiness/check";
import type { Managed } from "../managed";
import type { TestDatabase } from "../postgres/database";
import type { LockHolder } from "./holder";
import { checkByCommand, type LockedResource, type LockSource } from "./source";

/** What of a report needs the text of a policy or of a row filter, or a read of the table; all else is told of a locked table as of any other. */
const OF_EXPRESSIONS = /^(select|rowSecurity|filters|columns|applicationWrites)$/;

/** Whoever holds a lock has a transaction open, and is told as one. */
const OF_TRANSACTIONS = /^(openTransactions|preparedTransactions)$/;

export function reportOf(resource: Pick<Managed, "outputs">): ReadinessCheck[] {
  return resource.outputs.report as ReadinessCheck[];
}

export function isUnknown(text: string): boolean {
  return /unknown|cannot be (told|read)/.test(text);
}

/** Preview, unchanged up and refresh, each run by `now`: none finds anything changed. The state is then the same one again. */
export async function isUntouched({ title, managed, args, changed }: LockedResource, now: Now): Promise<void> {
  const before = structuredClone(managed.state);
  await now(() => managed.check(changed));
  expect((await now(() => managed.up(args))).kind, title).toBe("same");
  const differs = await now(() => managed.refresh());
  const found = lasting(managed.state);
  managed.state = before;
  expect({ title, differs, found }).toEqual({ title, differs: false, found: lasting(before) });
}

/** By an `up` that reports anew, and by the command, which knows no state and connects for itself. */
export async function isReportedAsBefore(db: TestDatabase, source: LockSource, holder: LockHolder, now: Now) {
  for (const { title, managed, changed } of source.resources) {
    if (!title.startsWith("SourceReadiness")) continue;
    const before = managed.state;
    const change = await now(() => managed.up(changed)).finally(() => {
      managed.state = before;
    });
    isSameOrUnknown(reportOf(managed), reportOf(change), holder);
  }
  const { managed } = source.resource("SourceReadiness of a list");
  isSameOrUnknown(reportOf(managed), await now(() => checkByCommand(db)), holder);
}

type Now = <T>(call: () => Promise<T>) => Promise<T>;

/** A state, but for what it reports of transactions that are open just now. */
function lasting(state: Managed["state"]): unknown {
  const report = state?.outputs.report as ReadinessCheck[] | undefined;
  const kept = report?.filter(({ check }) => !OF_TRANSACTIONS.test(check));
  return { ...state, outputs: { ...state?.outputs, report: kept } };
}

/** Each line is what it was without the lock, or could not be told: then it says by whom, and is no "ok" and newly no "blocked". */
function isSameOrUnknown(unlocked: ReadinessCheck[], report: ReadinessCheck[], holder: LockHolder): void {
  const known = new Map(unlocked.map((line) => [line.check, line]));
  expect(report.map(({ check }) => check)).toEqual(unlocked.map(({ check }) => check));
  for (const line of report) {
    if (OF_TRANSACTIONS.test(line.check)) continue;
    const before = known.get(line.check);
    const told = `${line.detail} ${line.fix}`;
    if (!isUnknown(told)) expect(line).toEqual(before);
    else {
      // What is blocked for another table, or for what needs no text, stays so.
      expect(["warning", ...(before?.status === "blocked" ? ["blocked"] : [])]).toContain(line.status);
      expect(line.check).toMatch(OF_EXPRESSIONS);
      expect(holder.isNamedIn(told), told).toBe(true);
    }
  }
}

/** Whatever is said to be unknown, is said with who holds it; nothing was given up, and nothing found to have changed. */
export async function everyWordNames(holder: LockHolder, lines: string[]): Promise<void> {
  expect(lines.filter((line) => /could not check|gave no answer|drift:/.test(line))).toEqual([]);
  expect(lines.filter((line) => isUnknown(line) && !holder.isNamedIn(line))).toEqual([]);
}

/** "fine", or why not. */
export function outcomeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "fine",
    (error: Error) => error.message,
  );
}

/** What goes wrong, instead of the first alone. */
export async function failuresOf(calls: Record<string, () => Promise<unknown>>): Promise<string[]> {
  const failures: string[] = [];
  for (const [what, call] of Object.entries(calls))
    await call().catch((error) => failures.push(`${what}: ${explain(error)}`));
  return failures;
}

/** The message, with all that was found and not expected. */
function explain(error: Error & { expected?: unknown; actual?: unknown }): string {
  const expected = new Set(leaves(error.expected));
  const found = leaves(error.actual).filter((leaf) => !expected.has(leaf));
  return [error.message, ...found.map((leaf) => leaf.slice(0, 250))].join("\n  ");
}

function leaves(value: unknown, path = ""): string[] {
  if (value === null || typeof value !== "object") return [`${path}: ${value}`];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}/${key}`));
}
