import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { ReadinessCheck } from "../../provider/readiness/check";
import { POSTGRES_VERSIONS, type PostgresServer, startPostgres } from "../support/postgres/servers";
import { FAULTS } from "../support/readiness/faults";
import { newReadinessSource, type ReadinessSource, reportOn, wrong } from "../support/readiness/source";

describe.each(POSTGRES_VERSIONS)("SourceReadiness on Postgres %i", (version) => {
  let server: PostgresServer;
  let source: ReadinessSource;
  beforeAll(async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    server = await startPostgres({ version, settings: { wal_level: "logical", max_replication_slots: "4" } });
  });
  afterEach(() => source.stop());
  afterAll(() => server?.stop());

  test("finds nothing to report in a source that is ready", async () => {
    source = await newReadinessSource(server);
    const report = await reportOn(source);
    expect(wrong(report)).toEqual([]);
    expect(report.map(({ fix }) => fix).join("")).toBe("");
    expect(report.length).toBeGreaterThan(25);
  });

  const faults = FAULTS.filter(
    ({ from = 0, to = 99, core }) => version >= from && version <= to && (core || version === 14 || version === 18),
  );
  test.each(faults)("names $what, and its fix works", async (fault) => {
    source = await newReadinessSource(server);
    if (fault.sql) await source.run(fault.sql);
    let report = await reportOn(source, fault.args);
    const found = `${fault.check}: ${fault.status ?? "blocked"}`;
    const onEighteen = version >= 18 && fault.check === "generatedKey" ? ["applicationWrites: blocked"] : [];
    expect(wrong(report).sort()).toEqual([found, ...(fault.also ?? []), ...onEighteen].sort());
    expect(report.find(({ check }) => check === fault.check)?.detail).not.toContain(source.password);
    if (fault.fixedBy || fault.remedy) {
      if (fault.remedy) await source.run(fault.remedy);
      const args = { ...fault.args, ...fault.fixedBy };
      if (fault.runs) for (const fix of fixes(report)) await source.run(fix);
      // What one fix keeps, such as a row filter, is the subject of another.
      if (fault.runs) for (const fix of fixes(await reportOn(source, args))) await source.run(fix);
      return expect(wrong(await reportOn(source, args))).toEqual([]);
    }
    // A fix can reveal another problem, such as the privileges that a new role lacks. The next report fixes that.
    for (let rounds = 0; wrong(report).length > 0 && rounds < 3; rounds++) {
      for (const fix of fixes(report)) await source.run(fix.replace("'…'", `'${source.password}'`));
      report = await reportOn(source, fault.args);
      if (rounds === 0) expect(wrong(report)).not.toContain(found);
    }
    expect(wrong(report)).toEqual([]);
  });
});

/** Those that are statements. */
function fixes(report: ReadinessCheck[]): Set<string> {
  const fixes = report.filter(({ status }) => status !== "ok").map(({ fix }) => fix);
  return new Set(fixes.filter((fix) => /^[A-Z]{4,}[ ;]/.test(fix)));
}
