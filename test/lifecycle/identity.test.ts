import { expect, test } from "vitest";
import type { Properties } from "../../provider/lifecycle/arguments";
import { type AnyLifecycle, Host } from "../../provider/lifecycle/host";
import { Run } from "../../provider/lifecycle/run";
import { resolveSettings } from "../../provider/lifecycle/settings";

const MARK = "organization/app/dev/ClickPipesUser/source-user";
const OTHER = "organization/app/dev/ClickPipesUser/other-user";
const ORDERS = "acme:index:Orders$clickpipes:index:ClickPipesSource";
const BILLING = "acme:index:Billing$clickpipes:index:ClickPipesSource";

const LIFECYCLE: AnyLifecycle = {
  needs: () => [],
  arguments: ["name", "limit"],
  check: (args) => ({ name: args.identifier("name"), limit: args.integer("limit", 0, 9) }),
  owns: ({ name }) => ({ kind: "role", name: String(name), uniqueIn: "server" }),
  create: async () => ({ id: "it", outputs: {} }),
  read: async () => ({ inputs: { name: "reader" }, outputs: {} }),
  update: async () => ({}),
  remove: async () => {},
};

function host(run: Run, database = "app", server = "db.example.com"): Host {
  const uri = `postgres://admin@${server}/${database}`;
  const settings = resolveSettings(
    (name) => (name === "connectionUri" ? uri : undefined),
    () => undefined,
  );
  return new Host("ClickPipesUser", LIFECYCLE, run, settings, []);
}

const user = (mark: string, path: string | undefined, more: Properties = {}): Properties => ({
  mark,
  ...(path !== undefined && { path }),
  name: "reader",
  ...more,
});

test.each<{ title: string; olds: Properties; news: Properties; path: string | undefined }>([
  { title: "is kept by a create", olds: {}, news: user(MARK, ORDERS), path: ORDERS },
  {
    title: "is no change where an earlier version left it out",
    olds: user(MARK, undefined),
    news: user(MARK, ORDERS),
    path: undefined,
  },
  {
    title: "is no change where a component was renamed",
    olds: user(MARK, BILLING),
    news: user(MARK, ORDERS),
    path: BILLING,
  },
  {
    title: "is written with the next change",
    olds: user(MARK, undefined),
    news: user(MARK, ORDERS, { limit: 5 }),
    path: ORDERS,
  },
  {
    title: "is written where drift brings an update",
    olds: user(MARK, undefined, { drift: ["it differs"] }),
    news: user(MARK, ORDERS),
    path: ORDERS,
  },
  { title: "is written with a new name", olds: user(OTHER, undefined), news: user(MARK, ORDERS), path: ORDERS },
])("the path of the parents $title", async ({ olds, news, path }) => {
  const { inputs, problems } = await host(new Run()).check(olds, news);
  expect(problems).toEqual([]);
  expect(inputs).toEqual({ ...news, path });
});

test("a hint of the program about namesakes goes into no state", async () => {
  const { inputs, problems } = await host(new Run()).check({}, user(MARK, ORDERS, { namesakes: true }));
  expect(problems).toEqual([]);
  expect(inputs).toEqual(user(MARK, ORDERS));
});

test("a refresh keeps mark and path", async () => {
  const found = await host(new Run()).read("reader", user(MARK, ORDERS));
  expect(found).toMatchObject({ done: { inputs: user(MARK, ORDERS), state: user(MARK, ORDERS) } });
});

test("two resources of one program that name the same role are refused, and both are named", async () => {
  const run = new Run();
  expect((await host(run).check({}, user(MARK, ORDERS))).problems).toEqual([]);
  const { problems } = await host(run, "billing").check({}, user(MARK, BILLING));
  expect(problems).toEqual([
    [
      `role "reader" has two owners in this program: ${MARK} (in ${ORDERS}) and ${MARK} (in ${BILLING}).`,
      "Each would undo what the other does.",
      "Give one of them another `name`, or share it: pass the first resource as `user` to the second source.",
      "If both already have it in their state, remove the one whose refresh reports the marker of another create, and run `pulumi up`: delete leaves the role in place. Then add it again under another name.",
    ].join("\n"),
  ]);
  expect((await host(run).check({}, user(OTHER, ORDERS))).problems).toHaveLength(1);
});

test.each<{ title: string; second: Properties; server?: string }>([
  { title: "the same resource that is checked again", second: user(MARK, ORDERS) },
  { title: "another name", second: user(OTHER, ORDERS, { name: "other" }) },
  { title: "another server", second: user(OTHER, ORDERS), server: "other.example.com" },
  { title: "a name that is not known yet", second: user(OTHER, ORDERS, { name: unknownName() }) },
])("$title is no second owner", async ({ second, server }) => {
  const run = new Run();
  await host(run).check({}, user(MARK, ORDERS));
  expect((await host(run, "app", server).check({}, second)).problems).toEqual([]);
});

/** What Pulumi sends for a value that a preview does not know. */
function unknownName(): string {
  return "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
}
