import { expect, test } from "vitest";
import { adviceOnUri, parseConnectionUri } from "../../provider/lifecycle/connectionUri";

test.each<[title: string, uri: string, advice: RegExp]>([
  ["a password with # and %", "postgres://app:a#b%c@db.example/app", /percent-encoded/],
  ["a password that looks like a port before #", "postgres://app:12#b@db.example/app", /percent-encoded/],
  ["a password with a slash", "postgresql://app:12/b@db.example/app", /`host`, `database`, `user` and `password`/],
  ["a command for the shell", "psql 'postgres://app:hunter22@db.example/app'", /Leave out `psql` and the quotes/],
  ["a quoted URI", "'postgres://app:hunter22@db.example/app'", /in quotes/],
])("%s is no connection URI, and the advice says what was meant", (_title, uri, advice) => {
  expect(parseConnectionUri(uri)).toBeUndefined();
  const text = adviceOnUri(uri).join("\n");
  expect(text).toMatch(advice);
  expect(text).not.toMatch(/hunter22|a#b|12|db\.example/);
});

test("a percent-encoded password is read as it was meant", () => {
  expect(parseConnectionUri("postgres://app:a%23b%25c@db.example/app")).toMatchObject({
    user: "app",
    password: "a#b%c",
  });
});

test("a text of another kind gets no advice", () => expect(adviceOnUri("mysql://app@db.example/app")).toEqual([]));
