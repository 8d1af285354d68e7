import { describe, expect, test } from "vitest";
import { REPEATED } from "../../provider/lifecycle/argumentNames";
import { markers, secretTexts, withoutMarkers } from "../../provider/lifecycle/repeatedSecrets";
import { UNKNOWN_TEXT } from "../../provider/lifecycle/unknown";

describe("the inputs that make outputs secret", () => {
  test.each([
    { kind: "IpAllowlist", secretArguments: ["ips"], hidden: ["addresses", "added"] },
    { kind: "IpAllowlist", secretArguments: ["whenOpen"], hidden: [] },
    { kind: "Publication", secretArguments: ["owner"], hidden: ["before"] },
    { kind: "Publication", secretArguments: ["comment", "tables"], hidden: publicationOutputs() },
    { kind: "SourceReadiness", secretArguments: ["password"], hidden: [] },
    { kind: "LogicalReplication", secretArguments: ["projectId"], hidden: [] },
  ])("of $kind, with $secretArguments secret, are $hidden", ({ kind, secretArguments, hidden }) => {
    const repeated = Object.fromEntries(hidden.map((name) => [name, REPEATED]));
    expect(markers(kind, { secretArguments })).toEqual({ ...repeated, secretArguments });
  });

  test.each([undefined, [], UNKNOWN_TEXT])("are none if the program made nothing secret: %j", (secretArguments) => {
    expect(markers("Publication", { secretArguments })).toEqual({});
  });

  test("are kept from the lifecycle, and arguments of the same names are not", () => {
    const addresses = ["10.0.0.1"];
    expect(withoutMarkers("IpAllowlist", { addresses, added: REPEATED, secretArguments: ["ips"] })).toEqual({
      addresses,
    });
    expect(withoutMarkers("IpAllowlist", { addresses: REPEATED, ips: addresses })).toEqual({ ips: addresses });
    expect(withoutMarkers("IpAllowlist", { addresses: UNKNOWN_TEXT, ips: UNKNOWN_TEXT })).toEqual({
      ips: UNKNOWN_TEXT,
    });
    expect(withoutMarkers("Publication", { addresses: REPEATED })).toEqual({ addresses: REPEATED });
  });
});

describe("the texts that are never printed", () => {
  const inputs = { comment: "plain", owner: "boss", tables: ["shop.orders", { schema: "a.b", name: "c" }], n: 7 };

  test.each([
    { secretArguments: undefined, texts: [] },
    { secretArguments: ["owner"], texts: ["boss"] },
    { secretArguments: ["tables"], texts: ["shop.orders", "orders", "a.b", "b", "c"] },
    { secretArguments: ["n", "absent"], texts: [] },
  ])("with $secretArguments secret are $texts", ({ secretArguments, texts }) => {
    expect(secretTexts({ ...inputs, secretArguments })).toEqual(texts);
  });
});

function publicationOutputs(): string[] {
  return ["publishedTables", "excludedColumns", "filters", "before", "lost", "missing"];
}
