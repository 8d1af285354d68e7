import { describe, expect, test } from "vitest";
import { configure } from "../../provider/plugin/configuration";
import { markOf, parseUrn } from "../../provider/plugin/urn";

const URN = "urn:pulumi:dev::app::clickpipes:index:ClickPipesUser::reader";

describe("the URN of a resource", () => {
  test.each([
    { urn: URN, says: { path: "", kind: "ClickPipesUser", name: "reader" } },
    {
      urn: "urn:pulumi:dev::app::my:Data$clickpipes:index:ClickPipesSource$clickpipes:index:Publication::a::b/c$d",
      says: { path: "my:Data$clickpipes:index:ClickPipesSource", kind: "Publication", name: "a::b/c$d" },
    },
  ])("$urn says its kind, its parents and its name", ({ urn, says }) => {
    expect(parseUrn(urn)).toEqual({ stack: "dev", project: "app", ...says });
  });

  test.each(["", "urn:pulumi:dev::app::aws:s3:Bucket::b", "urn:pulumi:dev::app::clickpipes:index:A$b:c:D::n"])(
    "of another package's resource is refused: '%s'",
    (urn) => {
      expect(() => parseUrn(urn)).toThrow(/^pulumi-resource-clickpipes has no resource/);
    },
  );
});

describe("the mark of a resource", () => {
  const made = (before?: unknown, organization = configure({}).organization) =>
    markOf(parseUrn(URN), before, organization);

  test("has the word `organization`, as backends without organizations do", () => {
    expect(made()).toBe("organization/app/dev/ClickPipesUser/reader");
  });

  test("has the organization that the provider is given", () => {
    const { organization } = configure({ organization: "acme" });
    expect(made(undefined, organization)).toBe("acme/app/dev/ClickPipesUser/reader");
    expect(configure({ organization: "" }).organization).toBe("organization");
  });

  test("keeps the organization of the mark in the state, and nothing else of it", () => {
    expect(made("acme/app/dev/ClickPipesUser/former", "other")).toBe("acme/app/dev/ClickPipesUser/reader");
  });

  test.each([undefined, null, 5, ""])("is new for a state whose mark is %j", (before) => {
    expect(made(before, "acme")).toBe("acme/app/dev/ClickPipesUser/reader");
  });
});
