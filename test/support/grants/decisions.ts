import type { ActualRight } from "../../../provider/grants/sql/actual";
import { rightKey } from "../../../provider/grants/sql/preexisting";
import type { ScopeInputs } from "../../../provider/grants/sql/scope";
import { schemaRight, tableRight } from "./values";

// A role that holds rights on two tables of a schema, and grants that decide about them.

export const PLACE = { database: "app", systemIdentifier: "7" };
export const OWN = "org/app/dev/ClickPipesGrants/own";
export const OTHER = "org/app/dev/ClickPipesGrants/other";

export const orders = tableRight("app.orders");
export const lines = tableRight("app.lines");
export const usage = schemaRight("app");
export const held = [usage, orders, lines];
export const ORDERS = { tables: ["app.orders"] };
export const BOTH = { tables: ["app.orders", "app.lines"] };
export const WHOLE = { schemas: ["app"] };

export const inputs = (scope: ScopeInputs) => ({ mark: OWN, role: "reader", ...scope });
export const keys = (...rights: ActualRight[]) => rights.map(rightKey);
