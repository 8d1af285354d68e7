import { describe, expect, test } from "vitest";
import type { SourceError } from "../../provider/errors";
import { driftOfOpenList } from "../../provider/ipAllowlist/read";
import {
  allowlistRefused,
  listContested,
  listEmptied,
  publicBlocked,
  shutOut,
  wouldOpen,
} from "../../provider/ipAllowlist/refusals";
import type { AllowlistState } from "../../provider/ipAllowlist/state";
import { neonFailure } from "../../provider/neon/errors";
import { aState, PROJECT } from "../support/ipAllowlist/values";

const LIST = `the IP Allow list of project ${PROJECT}`;
const failed = (method: string, status?: number) =>
  neonFailure({ method, path: `/projects/${PROJECT}`, status, details: ["The answer was: no."], requestId: "r1" });
const place = { projectId: PROJECT, host: "db.example.com", cause: new Error("not allowed") };

describe("a refusal says what happened, why, and what to do", () => {
  test.each<{ title: string; error: SourceError; kind: string; lines: string[] }>([
    {
      title: "if the project blocks public connections",
      error: publicBlocked(PROJECT),
      kind: "publicBlocked",
      lines: [
        `project ${PROJECT} blocks public connections, so ClickPipes cannot reach it.`,
        "Addresses in the IP Allow list do not change that.",
        "Allow public connections in the project's settings, or remove the IpAllowlist and use a private connection.",
      ],
    },
    {
      title: "if another user emptied the list",
      error: listEmptied(PROJECT),
      kind: "listEmptied",
      lines: [
        `${LIST} was emptied by another user, so it is open to the world now.`,
        "The provider does not close it again unless you confirm it.",
        "Run `pulumi refresh` to see the change, then `pulumi up` to close the list.",
        'To leave it open, set `whenOpen: "leaveOpen"`.',
      ],
    },
    {
      title: "if another user undoes every write",
      error: listContested(PROJECT, ["192.0.2.1", "protected_branches_only = true"]),
      kind: "listContested",
      lines: [
        `another user keeps changing ${LIST}.`,
        "These changes did not last: 192.0.2.1, protected_branches_only = true.",
        "Run the command again in a moment.",
        "If the changes never last, check that the project's plan includes IP Allow (Neon's Scale plan does).",
      ],
    },
    {
      title: "if a delete would open the list",
      error: wouldOpen(PROJECT),
      kind: "wouldOpen",
      lines: [
        `removing these addresses would leave ${LIST} empty, and so open to the world.`,
        "Add other entries first.",
        "To open the list anyway, set `allowOpenOnDelete: true`, run `pulumi up`, then destroy again.",
        "Nothing was changed.",
      ],
    },
    {
      title: "if this machine is shut out of a list that was open before",
      error: shutOut({ ...place, isOpen: true }),
      kind: "shutOut",
      lines: [
        `with ${LIST} closed, this machine could no longer connect to db.example.com.`,
        "The error was: not allowed.",
        "This resource's addresses were removed again, and the list is open as before.",
        "Add this machine's address to `ips`, and those of your applications.",
      ],
    },
    {
      title: "if this machine is shut out, and another user has closed the list in the meantime",
      error: shutOut({ ...place, isOpen: false }),
      kind: "shutOut",
      lines: [
        `with ${LIST} closed, this machine could no longer connect to db.example.com.`,
        "The error was: not allowed.",
        "This resource's addresses were removed again.",
        "Add this machine's address to `ips`, and those of your applications.",
      ],
    },
    {
      title: "if this machine is shut out, and the addresses cannot be removed again",
      error: shutOut({ ...place, failure: failed("PATCH", 409) }),
      kind: "shutOut",
      lines: [
        `with ${LIST} closed, this machine could no longer connect to db.example.com.`,
        "The error was: not allowed.",
        "Undoing the change failed too.",
        `Neon API: PATCH /projects/${PROJECT} failed with HTTP 409.`,
        "The answer was: no.",
        "The request id is r1.",
        "The list is still closed, so correct it in Neon's console at once.",
        "Add this machine's address to `ips`, and those of your applications.",
      ],
    },
    {
      title: "if Neon refuses to change the list",
      error: allowlistRefused(PROJECT, failed("PATCH", 422)) as SourceError,
      kind: "neonFailure",
      lines: [
        `Neon refused to change ${LIST}.`,
        "The refused request changed nothing.",
        `Neon API: PATCH /projects/${PROJECT} failed with HTTP 422.`,
        "The answer was: no.",
        "The request id is r1.",
        "IP Allow is part of Neon's Scale plan: check that the project's plan includes it, and that the API key may change the project.",
      ],
    },
  ])("$title", ({ error, kind, lines }) => {
    expect(error.message.split("\n")).toEqual(lines);
    expect(error.kind).toBe(kind);
  });
});

test.each<{ title: string; failure: unknown }>([
  { title: "a read that failed", failure: failed("GET", 403) },
  { title: "a write without an answer", failure: failed("PATCH") },
  { title: "a write with a key that is not valid", failure: failed("PATCH", 401) },
  { title: "a write to a project that is gone", failure: failed("PATCH", 404) },
  { title: "a write during another operation", failure: failed("PATCH", 423) },
  { title: "a write among too many requests", failure: failed("PATCH", 429) },
  { title: "a write that failed inside of Neon", failure: failed("PATCH", 500) },
  { title: "an error that does not come from Neon", failure: new Error("other") },
])("$title is not blamed on the plan", ({ failure }) => {
  expect(allowlistRefused(PROJECT, failure)).toBe(failure);
});

describe("the drift of an open list", () => {
  test.each<{ title: string; state: Partial<AllowlistState>; drift: string[] }>([
    { title: "is none if it is to stay open", state: { effective: "open" }, drift: [] },
    {
      title: "says that `pulumi up` leaves an emptied list open",
      state: {},
      drift: [`${LIST} was emptied, so the project is open to the world; \`pulumi up\` leaves it open`],
    },
    {
      title: "says that `pulumi up` closes an emptied list with `restrict`",
      state: { whenOpen: "restrict" },
      drift: [
        `${LIST} was emptied, so the project is open to the world; \`pulumi up\` restricts it to 192.0.2.1, 192.0.2.2`,
      ],
    },
    {
      title: "says that `pulumi up` closes an open list with `restrict`",
      state: { effective: "open", whenOpen: "restrict" },
      drift: [`${LIST} is empty, so anyone can connect; \`pulumi up\` restricts it to 192.0.2.1, 192.0.2.2`],
    },
  ])("$title", ({ state, drift }) => {
    expect(driftOfOpenList(aState(["192.0.2.1", "192.0.2.2"], state))).toEqual(drift);
  });
});
