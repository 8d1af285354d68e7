import type { Asker, Whose } from "../../../provider/ownership/whose";
import { formatMarker, type Identity, type Ownership } from "../../../provider/postgres/sql/mark";
import { IDENTITY, MARK, PLACE } from "./plans";

/** Resources that may own an object, and what each may be to the one that asks. */

export { MARK, PLACE };

export const ORDERS = IDENTITY.path as string;
export const BILLING = "acme:index:Billing$clickpipes:index:ClickPipesSource";
export const SIBLING: Identity = { mark: "organization/app/dev/ClickPipesUser/other", path: ORDERS };
export const OTHER_STACK: Identity = { mark: "organization/app/prod/ClickPipesUser/user", path: ORDERS };
export const HERE: Asker["here"] = { systemIdentifier: PLACE.systemIdentifier };

export function textOf(owner: Ownership): string {
  return `${formatMarker({ comment: null, owner, grants: [] })}`;
}

/** Every answer to the question whose an object is, with the owner that it names. */
export const ANSWERS: Record<Whose["is"], Whose> = {
  current: { is: "current", owner: { ...IDENTITY, token: "t1", place: PLACE } },
  sameResource: { is: "sameResource", owner: { ...IDENTITY, token: "t0", place: PLACE } },
  ambiguous: { is: "ambiguous", owner: { mark: MARK, token: "t0" } },
  sibling: { is: "sibling", owner: { mark: MARK, path: BILLING, token: "b1", place: PLACE } },
  otherStack: { is: "otherStack", owner: { ...OTHER_STACK, path: "", token: "o1", place: PLACE } },
  copy: {
    is: "copy",
    owner: { ...IDENTITY, token: "t0", place: { ...PLACE, neonProject: "p-1", neonBranch: "br-2" } },
  },
  unmarked: { is: "unmarked" },
  noOne: { is: "noOne" },
  unreadable: { is: "unreadable" },
};
