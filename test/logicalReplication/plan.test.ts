import { describe, expect, test } from "vitest";
import { driftOf } from "../../provider/logicalReplication/read";
import { consentNeeded, foreignHost, notBack, notLogical } from "../../provider/logicalReplication/refusals";
import { displayActive, planTurningOn, refuseUnwantedRestart } from "../../provider/logicalReplication/setting";
import type { Endpoint, ProjectSettings } from "../../provider/neon/project";
import { NO_WRITES, type Writes } from "../../provider/neon/settingsChange";

const P = "quiet-river-123456";
const HOST = "ep-cool-lake-1.us-east-2.aws.neon.tech";
const endpoint = (id: string, state: string): Endpoint => ({
  ...{ id, host: `${id}.us-east-2.aws.neon.tech`, current_state: state, type: "read_write" },
});
const ENDPOINTS = [endpoint("ep-cool-lake-1", "active"), endpoint("ep-old-lake-2", "idle")];

describe("the plan", () => {
  test.each<{ title: string; found: ProjectSettings; writes?: Writes; sent: ProjectSettings | undefined }>([
    { title: "sends nothing if the setting is on", found: { enable_logical_replication: true }, sent: undefined },
    {
      title: "turns the setting on if it is off",
      found: { enable_logical_replication: false },
      sent: { enable_logical_replication: true },
    },
    { title: "turns the setting on if Neon does not return it", found: {}, sent: { enable_logical_replication: true } },
    {
      title: "sends the setting alone, and no other one",
      found: { enable_logical_replication: false, allowed_ips: { ips: ["10.0.0.1"] } },
      sent: { enable_logical_replication: true },
    },
    {
      title: "turns the setting on again if a write without an answer was not carried out",
      found: { enable_logical_replication: false },
      writes: { carriedOut: 0, unclear: 1 },
      sent: { enable_logical_replication: true },
    },
    {
      title: "sends nothing after a write that Neon carried out, even if the setting still reads as off",
      found: { enable_logical_replication: false },
      writes: { carriedOut: 1, unclear: 0 },
      sent: undefined,
    },
  ])("$title", ({ found, writes = NO_WRITES, sent }) => {
    expect(planTurningOn(found, writes)).toEqual(sent);
  });
});

describe("before the restart, a run", () => {
  const refused = (host: string, allowRestart?: boolean, endpoints = ENDPOINTS) => {
    try {
      refuseUnwantedRestart(host, { projectId: P, allowRestart }, endpoints);
      return "accepted";
    } catch (error) {
      return (error as Error).message;
    }
  };
  const known = ENDPOINTS.map(({ host }) => host);
  const foreign = (host: string) => foreignHost({ host, projectId: P, known }).message;

  test.each<{ title: string; host: string; allowRestart?: boolean; expected: string }>([
    {
      title: "accepts the host of an endpoint with `allowRestart`",
      host: HOST,
      allowRestart: true,
      expected: "accepted",
    },
    {
      title: "accepts the host of an endpoint in upper case",
      host: HOST.toUpperCase(),
      allowRestart: true,
      expected: "accepted",
    },
    {
      title: "accepts a host in a private network that begins with the endpoint's id",
      host: "ep-cool-lake-1.vpce.example.com",
      allowRestart: true,
      expected: "accepted",
    },
    {
      title: "refuses a host whose name only begins like an endpoint's id",
      host: "ep-cool-lake-12.us-east-2.aws.neon.tech",
      allowRestart: true,
      expected: foreign("ep-cool-lake-12.us-east-2.aws.neon.tech"),
    },
    {
      title: "refuses any other host",
      host: "db.example.com",
      allowRestart: true,
      expected: foreign("db.example.com"),
    },
    {
      title: "names the host first if `allowRestart` is missing too",
      host: "db.example.com",
      expected: foreign("db.example.com"),
    },
    {
      title: "refuses without `allowRestart`",
      host: HOST,
      expected: consentNeeded(P, `ep-cool-lake-1 (${HOST})`).message,
    },
    {
      title: "refuses with `allowRestart: false`",
      host: HOST,
      allowRestart: false,
      expected: consentNeeded(P, `ep-cool-lake-1 (${HOST})`).message,
    },
  ])("$title", ({ host, allowRestart, expected }) => {
    expect(refused(host, allowRestart)).toBe(expected);
  });

  test("accepts the direct host in any case if the API names a pooled one", () => {
    const pooled = [{ ...endpoint("ep-cool-lake-1", "active"), id: "other", host: HOST.replace(".", "-pooler.") }];
    expect(refused(HOST, true, pooled)).toBe("accepted");
    expect(refused(HOST.toUpperCase(), true, pooled)).toBe("accepted");
  });

  test("lists the active endpoints only", () => {
    expect(displayActive(ENDPOINTS)).toBe(`ep-cool-lake-1 (${HOST})`);
    expect(displayActive([endpoint("ep-old-lake-2", "idle")])).toBe("none");
  });
});

describe("the drift", () => {
  test.each<{ title: string; on: boolean; walLevel: string; drift: string[] }>([
    { title: "is none if the setting and the server agree", on: true, walLevel: "logical", drift: [] },
    {
      title: "says that a setting that is off belongs to another project, whatever the server reports",
      on: false,
      walLevel: "logical",
      drift: [
        `logical replication is off in project ${P}. Neon cannot turn it off, so this is not the same project as before. ` +
          "Check `projectId` and `neonApiUrl`. To turn it on here, `pulumi up` needs `allowRestart: true`",
      ],
    },
    {
      title: "says that the compute has to restart if the server contradicts the setting",
      on: true,
      walLevel: "replica",
      drift: [
        `project ${P} has logical replication on, but ${HOST} reports wal_level = replica. Its compute has not restarted since. ` +
          "Restart the compute in Neon's console; `pulumi up` then checks again",
      ],
    },
  ])("$title", ({ on, walLevel, drift }) => {
    expect(driftOf(P, HOST, on, { walLevel })).toEqual(drift);
  });
});

describe("a refusal says what happened, why, and what to do", () => {
  test.each<{ title: string; error: Error & { kind: string }; kind: string; lines: string[] }>([
    {
      title: "if the host belongs to no endpoint of the project",
      error: foreignHost({ host: "db.example.com", projectId: P, known: [HOST, "other"] }),
      kind: "foreignHost",
      lines: [
        `the connection's host db.example.com is not an endpoint of project ${P}.`,
        `The endpoints of the project are: ${HOST}, other.`,
        "Correct `projectId` or the connection.",
        "Nothing was changed.",
      ],
    },
    {
      title: "if the restart is not allowed",
      error: consentNeeded(P, "none"),
      kind: "restartNeeded",
      lines: [
        `logical replication is off in project ${P}.`,
        "Turning it on restarts every compute of the project once, which cuts open connections.",
        "Active now: none.",
        "The change is permanent: Neon cannot turn logical replication off again.",
        "To turn it on, set `allowRestart: true`.",
      ],
    },
    {
      title: "if the server contradicts the setting",
      error: notLogical(P, HOST, "replica"),
      kind: "notLogical",
      lines: [
        `project ${P} has logical replication on, but ${HOST} reports wal_level = replica.`,
        "Either the host belongs to another project, or its compute has not restarted since.",
        "Correct the host, or restart the compute in Neon's console. Then run `pulumi up` again.",
      ],
    },
    {
      title: "if connecting after the restart fails",
      error: notBack(P, `cannot connect to ${HOST}.\nThe error was: no.`),
      kind: "notBack",
      lines: [
        `logical replication is on now in project ${P}, but connecting after the restart failed.`,
        `cannot connect to ${HOST}.`,
        "The error was: no.",
        "Run `pulumi up` again. It does not restart anything.",
        "To give the server more time, raise `connectTimeout`.",
      ],
    },
  ])("$title", ({ error, kind, lines }) => {
    expect(error.message.split("\n")).toEqual(lines);
    expect(error.kind).toBe(kind);
  });

  test("and that a project without endpoints has none", () => {
    expect(foreignHost({ host: HOST, projectId: P, known: [] }).message).toContain(
      "\nThe endpoints of the project are: none.\n",
    );
  });
});
