import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type EchoApi, type EchoedAnswer, everyVerb, KEY, startEchoApi } from "../support/echo/api";
import { runCheck } from "../support/echo/command";
import { FORMS, leaks, printed, searchFor, wrote } from "../support/echo/forms";
import { ADMIN, EchoScene, LIFE, READER, shown } from "../support/echo/scene";
import { LONG } from "../support/long";
import { Managed } from "../support/managed";
import { useDatabase } from "../support/postgres/database";
import type { SecretSearch } from "../support/secretSearch";
import { useWarnings } from "../support/warnings";

type Values = Record<string, unknown>;

const json = (status: number, body: object): EchoedAnswer => ({ status, body: JSON.stringify(body) });
const html = (status: number, body: string): EchoedAnswer => ({ status, body, type: "text/html" });
const SPELLINGS = Object.entries(FORMS);
/** Each spelling is tested in at least one place. A long run tests each spelling in every place. */
const SOME = LONG ? SPELLINGS : SPELLINGS.filter((_, index) => index % 4 === 0);

test("the search finds every spelling, and no two spellings are equal", () => {
  const secrets = { "the password": ADMIN, "the ClickPipes user's": READER };
  for (const secret of Object.values(secrets)) {
    const spelled = SPELLINGS.map(([, spell]) => spell(secret));
    expect(new Set(spelled).size).toBe(spelled.length);
    for (const text of spelled) {
      const search = searchFor(secrets);
      search.wrote("here", `the key ${text} may not`);
      expect(search.found()).not.toEqual([]);
    }
  }
});

describe("an API that quotes the key it received", () => {
  const WORDS = "may not do this: ask ada@example.com";
  const warnings = useWarnings();
  let api: EchoApi;
  let search: SecretSearch;

  beforeAll(async () => {
    api = await startEchoApi();
  });
  afterAll(() => api?.stop());
  beforeEach(() => {
    search = searchFor({ "the key": KEY });
    search.secret("the beginning of the key", KEY.slice(0, 14));
  });
  afterEach(() => expect(leaks(search)).toEqual([]));

  async function answered(kind: string, answer: (key: string, method?: string) => EchoedAnswer): Promise<string[]> {
    api.answer = (key, { method }) => answer(key, method);
    const said = [...(await everyVerb(kind, api)), ...warnings.splice(0)];
    for (const text of said) wrote(search, kind, text);
    return said;
  }

  test.each([401, 403, 404, 500])("with status %i is quoted without the key in any spelling", async (status) => {
    for (const [, spell] of status === 403 ? SPELLINGS : SOME) {
      const bodies: ((key: string) => EchoedAnswer)[] = [
        (key) => json(status, { code: "", message: `the key ${spell(key)} ${WORDS}` }),
        (key) => html(status, `<p>the key ${spell(key)} ${WORDS}</p>`),
      ];
      for (const answer of bodies) {
        const said = await answered("IpAllowlist", answer);
        expect(said.length).toBe(5);
        for (const text of said) expect(text).toContain(WORDS);
      }
    }
  });

  test("is quoted without the key by LogicalReplication too", async () => {
    for (const [, spell] of SOME) {
      const said = await answered("LogicalReplication", (key) =>
        json(403, { message: `the key ${spell(key)} ${WORDS}` }),
      );
      expect(said.filter((text) => text.includes(WORDS)).length).toBeGreaterThanOrEqual(4);
    }
  });

  test("is quoted without a part of the key, wherever a long page is cut off", async () => {
    for (let length = 150; length <= 200; length += 2)
      await answered("IpAllowlist", (key) => html(403, `${"-".repeat(length)} ${key} ${WORDS}`));
  });

  test("in the error of an operation or the name of an endpoint is quoted without the key", async () => {
    for (const [, spell] of SOME) {
      const said = await answered("IpAllowlist", (key, method) => {
        const operations = [{ id: "o-1", action: "apply_config", status: "failed", error: `${spell(key)} ${WORDS}` }];
        const project = { settings: { allowed_ips: { ips: ["192.0.2.1"] } } };
        return json(200, { project, operation: operations[0], operations: method === "PATCH" ? operations : [] });
      });
      expect(said.filter((text) => text.includes(WORDS))).not.toEqual([]);
      const names = await answered("LogicalReplication", (key) => {
        const endpoint = { id: spell(key), host: "127.0.0.1", type: "read_write", current_state: "active" };
        return json(200, { project: {}, endpoints: [endpoint, { ...endpoint, host: spell(key) }], operations: [] });
      });
      expect(names.filter((text) => text.includes("Active now"))).not.toEqual([]);
    }
  });
});

describe("a server that quotes the passwords", () => {
  let scene: EchoScene;
  let search: SecretSearch;

  beforeAll(async () => {
    scene = await EchoScene.start(17);
  });
  afterAll(() => scene?.stop());
  beforeEach(() => {
    scene.reset();
    search = searchFor({ "the admin's password": ADMIN, "the ClickPipes password": READER, "the URI": scene.uri });
  });
  afterEach(() => expect(leaks(search)).toEqual([]));

  const keep = async (where: string, work: () => Promise<unknown>): Promise<string> => {
    const said = await scene.said(work);
    wrote(search, where, said);
    return said;
  };

  const failingEach = (where: string, work: () => Promise<unknown>): Promise<number> =>
    scene.failingEach(
      work,
      (at) => scene.echoed((SPELLINGS[at % SPELLINGS.length] as (typeof SPELLINGS)[number])[1]),
      (said, at) => wrote(search, `${where}, statement ${at}`, said),
    );

  test("is quoted without them, whichever statement of a whole life fails", async () => {
    const lives = LIFE.map((life) => ({ ...life, managed: new Managed(life.kind, "it", scene.config) }));
    let failed = 0;
    for (const step of ["first", "refresh", "second"] as const)
      for (const { kind, managed, ...life } of lives) {
        const work = () => (step === "refresh" ? managed.refresh() : managed.up(life[step]));
        failed += await failingEach(`${step} of ${kind}`, work);
        wrote(search, `the state of ${kind}`, shown(managed));
      }
    for (const { kind, managed } of lives.reverse())
      failed += await failingEach(`delete of ${kind}`, () => managed.destroy());
    expect(failed).toBeGreaterThan(50);
  });

  test.each(["28P01", "28000", "53300", "XX000"])(
    "is quoted without them when it refuses every login (%s)",
    async (code) => {
      for (const [form, spell] of SPELLINGS) {
        for (const { kind, first } of LIFE) {
          scene.refused = { keeper: scene.echoed(spell, code, first) };
          const managed = new Managed(kind, "it", scene.config);
          expect(await keep(`${kind}, ${form}`, () => managed.up(first))).toContain("the ledger is closed");
          managed.state = { id: "it", inputs: {}, outputs: { ...first, token: "t" } };
          await keep(`refresh of ${kind}, ${form}`, () => managed.refresh());
          await keep(`delete of ${kind}, ${form}`, () => managed.destroy());
        }
      }
    },
  );

  describe("of an existing source", () => {
    const managed = new Map<string, Managed>();

    beforeAll(async () => {
      scene.reset();
      for (const { kind, first } of LIFE) {
        managed.set(kind, new Managed(kind, "it", scene.config));
        await managed.get(kind)?.up(first);
      }
    });

    test("is quoted without them when it refuses only the ClickPipes user", async () => {
      for (const [form, spell] of SPELLINGS) {
        scene.refused = { reader: scene.echoed(spell, "XX000") };
        for (const [kind, one] of managed) {
          await keep(`refresh of ${kind}, ${form}`, () => one.refresh());
          wrote(search, `the state of ${kind}, ${form}`, shown(one));
        }
        expect(shown(managed.get("SourceReadiness") as Managed)).toContain("the ledger is closed");
      }
    });

    test("is quoted without them by the check command, as text and as JSON", async () => {
      const env = { DATABASE_URL: scene.uri, CLICKPIPES_PASSWORD: READER };
      for (const [index, [form, spell]] of SOME.entries()) {
        const words = ["--role", "reader", "--publication", "pipe", ...(index % 2 === 0 ? ["--json"] : [])];
        const check = async (where: string) => {
          const { stdout, stderr } = await runCheck(words, env);
          wrote(search, `${where}, ${form}`, stdout);
          wrote(search, `${where}, ${form}, stderr`, stderr);
          expect((stdout + stderr).replace(/\s+/g, " ")).toContain("the ledger is closed");
        };
        scene.refused = { reader: scene.echoed(spell, "XX000") };
        await check("the report");
        scene.refused = {};
        scene.errorOf = () => scene.echoed(spell);
        await check("the error");
      }
    });

    test("is quoted in full about an error, unless the statement carries a password", async () => {
      const plain = scene.echoed(() => "somebody");
      scene.errorOf = (sql) => (/^alter publication/i.test(sql) ? plain : undefined);
      const publication = managed.get("Publication") as Managed;
      const said = await keep("publication", () =>
        publication.up({ name: "pipe", tables: ["public.orders"], publish: ["update"] }),
      );
      for (const part of [plain.message, plain.detail, plain.hint, plain.where]) expect(said).toContain(part);
      let carried = 0;
      scene.errorOf = (sql) => {
        if (!sql.includes("clickpipes.password', $2")) return undefined;
        carried++;
        // `log_parameter_max_length_on_error` cuts it off like this.
        return { ...plain, where: `unnamed portal with parameters: $1 = 'reader', $2 = '${READER.slice(0, 14)}...'` };
      };
      search.secret("the beginning of the password", READER.slice(0, 14));
      const user = managed.get("ClickPipesUser") as Managed;
      const refused = await keep("user", () => user.up({ name: "reader", password: `${READER}2` }));
      expect(carried).toBeGreaterThan(0);
      expect(refused).toContain(plain.message);
      for (const part of [plain.detail, plain.hint, "unnamed portal"]) expect(refused).not.toContain(part);
    });
  });
});

describe.each([15, 18] as const)("an error of Postgres %i", (version) => {
  const db = useDatabase(version);
  const publication = (args: Values) => new Managed("Publication", "it", db.config).up({ name: "pipe", ...args });

  test("names the function of an event trigger that failed, with its DETAIL and HINT", async () => {
    await db.query("create schema audit");
    await db.query("create table public.orders (id int primary key)");
    await db.query(`create function audit.note() returns event_trigger language plpgsql as $$ begin
      raise 'the ledger is closed' using detail = 'The auditor is away.', hint = 'Wait for March.'; end $$`);
    await db.query("create event trigger note on ddl_command_end execute function audit.note()");
    const said = await publication({ tables: ["public.orders"] }).then(String, printed);
    await db.query("drop event trigger note");
    for (const part of ["the ledger is closed", "The auditor is away.", "Wait for March.", "audit.note() line"])
      expect(said).toContain(part);
  });

  test("in a row filter says why the server refuses the filter", async () => {
    await db.query("create table public.bills (id int primary key, s text)");
    await db.query("create function public.f(int) returns boolean language sql as 'select true'");
    const tables = (where: string) => [{ schema: "public", name: "bills", where }];
    const own = publication({ tables: tables("public.f(id)") });
    await expect(own).rejects.toThrow("User-defined or built-in mutable functions are not allowed");
    await expect(publication({ tables: tables("ctid = '(0,1)'") })).rejects.toThrow(/System columns are not allowed/);
  });
});
