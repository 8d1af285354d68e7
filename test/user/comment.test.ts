import { beforeEach, describe, expect, test } from "vitest";
import { markersIn } from "../../provider/postgres/sql/mark";
import { fresh } from "../support/freshName";
import { type Place, useDatabase } from "../support/postgres/database";
import { readCatalogRole, readMarked, roleExists, writeComment } from "../support/user/catalog";
import { ManagedUser, markOfUser } from "../support/user/managedUser";
import { textOf } from "../support/user/owners";
import { useWarnings } from "../support/warnings";

const PLACES: Place[] = [
  { version: 14, admin: "superuser" },
  { version: 18, admin: "neon" },
];

describe.each(PLACES)("text that another user wrote into the comment on Postgres $version as $admin", (place) => {
  const db = useDatabase(place.version, place.admin);
  useWarnings();
  let name: string;
  let user: ManagedUser;

  beforeEach(() => {
    name = fresh("written");
    user = new ManagedUser(name, db.config);
  });

  const comment = async () => String((await readCatalogRole(db, name))?.comment);
  const change = async (write: (text: string) => string) => writeComment(db, name, write(await comment()));
  /** One marker, with the state's token, behind the user's own comment. */
  const holds = async (own: string | null) => {
    expect(await readMarked(db, name)).toMatchObject({ comment: own, owner: { token: user.outputs.token } });
    expect(markersIn(await comment())).toHaveLength(1);
    expect((await comment()).endsWith(markersIn(await comment())[0] ?? "no marker")).toBe(true);
  };

  describe.each([
    { where: "behind the marker", write: (text: string) => `${text} by hand`, own: " by hand", with: "reads by hand" },
    {
      where: "on a new line behind it",
      write: (text: string) => `${text}\nby hand`,
      own: "by hand",
      with: "reads\nby hand",
    },
    { where: "in front of it", write: (text: string) => `by hand\n${text}`, own: "by hand", with: "by hand\nreads" },
  ])("$where", ({ write, own, with: both }) => {
    test("is no difference if the program sets no comment, and an update keeps it", async () => {
      await user.up({ name });
      await change(write);
      expect(await user.refresh()).toBe(false);
      await user.up({ name, connectionLimit: 3 });
      await holds(own);
      await user.up({ name, connectionLimit: 4 });
      await holds(own);
      expect(await user.refresh()).toBe(false);
      await user.destroy();
      expect(await roleExists(db, name)).toBe(false);
    });

    test("is a difference of `comment` if the program sets one, and an update restores that", async () => {
      await user.up({ name, comment: "reads" });
      await change(write);
      expect(await user.refresh()).toBe(true);
      expect(user.state?.inputs).toMatchObject({ comment: both });
      expect(user.drift).toEqual([]);
      await user.up({ name, comment: "reads" });
      await holds("reads");
      expect(await user.refresh()).toBe(false);
      await user.destroy();
    });

    test("does not keep a destroy from dropping the role", async () => {
      await user.up({ name });
      await change(write);
      await user.destroy();
      expect(await roleExists(db, name)).toBe(false);
    });
  });

  test("stays where an earlier version wrote a second marker behind it, and one marker is left", async () => {
    await user.up({ name });
    const old = textOf({ mark: markOfUser(name), token: String(user.outputs.token) });
    await writeComment(db, name, `${textOf({ mark: markOfUser(name), token: "older" })} by hand\n${old}`);
    expect(await user.refresh()).toBe(false);
    await user.up({ name, connectionLimit: 3 });
    await holds(" by hand");
    await writeComment(db, name, `${old}\n${old}`);
    await user.up({ name, connectionLimit: 4 });
    await holds(null);
    await user.destroy();
    expect(await roleExists(db, name)).toBe(false);
  });
});
