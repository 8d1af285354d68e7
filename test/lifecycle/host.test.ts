import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { refusal, unfinished } from "../../provider/errors";
import { type AnyLifecycle, Host } from "../../provider/lifecycle/host";
import { Run } from "../../provider/lifecycle/run";
import { resolveSettings } from "../../provider/lifecycle/settings";

const PASSWORD = "a-secret-of-the-admin";
const STATE = { mark: "o/app/dev/Publication/orders", name: "pub" };
let printed: string[];

beforeEach(() => {
  printed = [];
  vi.spyOn(console, "error").mockImplementation((line) => printed.push(line));
});
afterEach(() => vi.restoreAllMocks());

/** A resource whose verbs give what they are told, in memory alone. */
function host(verbs: Partial<AnyLifecycle>): Host {
  const lifecycle: AnyLifecycle = {
    needs: () => [],
    arguments: ["name"],
    check: (args) => ({ name: args.identifier("name") }),
    create: async () => ({ id: "it", outputs: {} }),
    read: async () => undefined,
    update: async () => ({}),
    remove: async () => {},
    ...verbs,
  };
  const uri = `postgres://admin:${PASSWORD}@db.example.com/app`;
  const settings = resolveSettings(
    (name) => (name === "connectionUri" ? uri : undefined),
    () => undefined,
  );
  return new Host("Publication", lifecycle, new Run(), settings, []);
}

const fails = (error: unknown) => () => Promise.reject(error);

describe("a failure", () => {
  const refused = (code: string) => Object.assign(new Error("no"), { code, closed: false });
  const ADVICE = "If the password changed since the last `pulumi up`, run `pulumi up` first, or add `--run-program`.";

  test.each([
    { verb: "read", code: "28P01", advised: true },
    { verb: "remove", code: "28P01", advised: true },
    { verb: "update", code: "28P01", advised: false },
    { verb: "read", code: "28000", advised: false },
    { verb: "remove", code: "28000", advised: false },
  ] as const)("of $verb with $code advises on a changed password: $advised", async ({ verb, code, advised }) => {
    const failing = host({ [verb]: fails(refused(code)) });
    const outcome = verb === "update" ? failing.update("it", STATE, STATE) : failing[verb]("it", STATE);
    const { failure } = (await outcome) as { failure: { message: string } };
    const lines = failure.message.split("\n");
    expect(lines[0]).toMatch(/^cannot connect to db\.example\.com:5432/);
    expect(lines.includes(ADVICE)).toBe(advised);
  });

  test("names the resource, and quotes no secret", async () => {
    const outcome = await host({ create: fails(refusal("no", `no.`, `The password is ${PASSWORD}.`)) }).create(STATE);
    expect(outcome).toEqual({
      failure: { message: "no.\nThe password is [secret].", subject: "Publication orders" },
    });
  });

  test("of what exists already keeps its id and outputs", async () => {
    const outcome = await host({ create: fails(unfinished("pub", { oid: 7 }, new Error("lost"))) }).create(STATE);
    expect(outcome).toMatchObject({
      failure: { message: "lost", unfinished: { id: "pub", state: { ...STATE, oid: 7 } } },
    });
  });
});

test("an update that fails half-way keeps no output that it has cleared", async () => {
  const cleared = unfinished("pub", { oid: 8, before: undefined }, new Error("lost"));
  const outcome = await host({ update: fails(cleared) }).update("pub", { ...STATE, oid: 7, before: "it" }, STATE);
  expect(outcome).toMatchObject({ failure: { unfinished: { id: "pub" } } });
  expect("failure" in outcome && outcome.failure.unfinished?.state).toEqual({ ...STATE, oid: 8 });
});

describe("a refresh", () => {
  test("puts drift into inputs and state, and prints each sentence", async () => {
    const found = { outputs: { oid: 8 }, inputs: { name: "pub" }, drift: ["table a.b was dropped"] };
    const outcome = await host({ read: async () => found }).read("it", { ...STATE, oid: 7, drift: ["old"] });
    const inputs = { ...STATE, drift: found.drift };
    expect(outcome).toEqual({ done: { inputs, state: { ...inputs, oid: 8 } } });
    expect(printed).toEqual(["Publication orders: drift: table a.b was dropped"]);
  });

  test("without drift removes the one of the last refresh", async () => {
    const outcome = await host({ read: async () => ({ outputs: {}, inputs: { name: "pub" } }) }).read("it", {
      ...{ ...STATE, drift: ["old"] },
    });
    expect(outcome).toEqual({ done: { inputs: STATE, state: STATE } });
  });
});

describe("check", () => {
  test.each([
    { what: "new inputs", olds: {}, news: STATE, looks: true },
    { what: "changed inputs", olds: { ...STATE, name: "old" }, news: STATE, looks: true },
    { what: "unchanged inputs", olds: STATE, news: STATE, looks: false },
    { what: "drift alone", olds: { ...STATE, drift: ["lost"] }, news: STATE, looks: false },
    { what: "inputs with a problem", olds: {}, news: { ...STATE, name: "" }, looks: false },
    {
      what: "unknown inputs",
      olds: {},
      news: { ...STATE, name: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" },
      looks: false,
    },
  ])("with $what looks at the database: $looks", async ({ olds, news, looks }) => {
    const look = vi.fn(async () => {});
    await host({ look }).check(olds, news);
    expect(look).toHaveBeenCalledTimes(looks ? 1 : 0);
  });

  test("refuses arguments that do not exist, and passes on what a look refuses", async () => {
    expect((await host({}).check({}, { ...STATE, nmae: "pub" })).problems).toEqual(["nmae: there is no such argument"]);
    const look = fails(refusal("no", "no.", `The password is ${PASSWORD}.`));
    expect((await host({ look }).check({}, STATE)).problems).toEqual(["no.\nThe password is [secret]."]);
  });
});
