import { describe, expect, test } from "vitest";
import {
  readerStartupSettings,
  routingOptions,
  settleTransaction,
  startupOptions,
  startupSettings,
} from "../../../provider/postgres/sql/settings";

const LIMITS = { statementTimeout: 60, lockTimeout: 1.5 };

/** The settings of a transaction, in their order. */
function settled(version: number): [string, string][] {
  const { text } = settleTransaction(version, LIMITS);
  return [...text.matchAll(/pg_catalog\.set_config\('([^']*)', '([^']*)', true\)/g)].map(
    ([, name = "", value = ""]) => [name, value],
  );
}

describe("a transaction", () => {
  test.each([
    { version: 12, has: [] },
    { version: 14, has: ["log_parameter_max_length_on_error"] },
    { version: 16, has: ["log_parameter_max_length_on_error", "createrole_self_grant"] },
    {
      version: 17,
      has: ["log_parameter_max_length_on_error", "createrole_self_grant", "transaction_timeout"],
    },
  ])("on Postgres $version sets, of what only some versions know, $has", ({ version, has }) => {
    const newer = ["log_parameter_max_length_on_error", "createrole_self_grant", "transaction_timeout"];
    const names = settled(version).map(([name]) => name);
    expect(newer.filter((name) => names.includes(name))).toEqual(has);
  });

  test("sets the time-outs first, in milliseconds", () => {
    expect(settled(17).slice(0, 4)).toEqual([
      ["transaction_timeout", "0"],
      ["statement_timeout", "60000"],
      ["lock_timeout", "1500"],
      ["idle_in_transaction_session_timeout", "60000"],
    ]);
    expect(settled(16)[0]).toEqual(["statement_timeout", "60000"]);
  });

  test("sets every name once, and only for itself", () => {
    const { text } = settleTransaction(17, LIMITS);
    const names = settled(17).map(([name]) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(text.match(/set_config/g)).toHaveLength(names.length);
  });

  test.each([
    ["search_path", "pg_catalog,pg_temp"],
    ["standard_conforming_strings", "on"],
    ["quote_all_identifiers", "off"],
    ["client_encoding", "UTF8"],
    ["datestyle", "ISO, MDY"],
    ["password_encryption", "scram-sha-256"],
    ["client_min_messages", "warning"],
    ["jit", "off"],
  ])("sets %s to %s", (name, value) => {
    expect(settled(14)).toContainEqual([name, value]);
  });
});

describe("the startup packet", () => {
  const TIME_OUTS = { statement_timeout: "60000", idle_in_transaction_session_timeout: "60000" };
  const ADMIN = {
    ...{ search_path: "pg_catalog,pg_temp", ...TIME_OUTS, lock_timeout: "1500" },
    ...{ idle_session_timeout: "0", tcp_user_timeout: "0" },
  };

  test.each([
    { version: 0, settings: ADMIN },
    { version: 16, settings: ADMIN },
    { version: 17, settings: { ...ADMIN, transaction_timeout: "0" } },
  ])("of the admin, to a server of version $version, has the time-outs that this version knows", (packet) => {
    expect(startupSettings(packet.version, LIMITS)).toEqual(packet.settings);
  });

  test("of the ClickPipes user has what ClickPipes overrides and the search path, and no more", () => {
    expect(readerStartupSettings(LIMITS)).toEqual({ search_path: "pg_catalog,pg_temp", ...TIME_OUTS });
  });

  const SETTINGS = { lock_timeout: "5000", search_path: "pg_catalog" };
  const OURS = "-c lock_timeout=5000 -c search_path=pg_catalog";

  test.each([
    { own: undefined, text: OURS },
    { own: "", text: OURS },
    { own: "  ", text: OURS },
    { own: "endpoint=ep-1", text: `endpoint=ep-1 ${OURS}` },
    { own: "-c lock_timeout=0", text: `-c lock_timeout=0 ${OURS}` },
    { own: "-c application_name=a\\", text: `-c application_name=a ${OURS}` },
    { own: "-c application_name=a\\\\", text: `-c application_name=a\\\\ ${OURS}` },
    { own: "-c application_name=a\\ b", text: `-c application_name=a\\ b ${OURS}` },
  ])("puts the provider's settings after the options $own", ({ own, text }) => {
    expect(startupOptions(own, SETTINGS)).toBe(text);
  });

  test.each([
    { own: undefined, routing: undefined },
    { own: "-c search_path=app", routing: undefined },
    { own: "endpoint=ep-1", routing: "endpoint=ep-1" },
    { own: "-c statement_timeout=1 endpoint=ep-1 neon_lsn:0/1", routing: "endpoint=ep-1 neon_lsn:0/1" },
    { own: "project=p-1 -c role=app", routing: "project=p-1" },
    { own: "-c my.endpoint=ep-1", routing: undefined },
  ])("of the ClickPipes user keeps of the options $own only $routing", ({ own, routing }) => {
    expect(routingOptions(own)).toBe(routing);
  });
});
