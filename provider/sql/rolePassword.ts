import { alterRole, type DesiredRole, limits } from "./role";
import { type Statement, statement } from "./statement";

export function createRole(desired: DesiredRole, password: string): Statement[] {
  return [...setPassword("create", desired.name, password), ...alterRole(desired.name, limits(desired))];
}

/**
 * Sends the password as a value and lets the server put the statement together: `pg_stat_statements` keeps the literals
 * of a CREATE ROLE in clear, those of nested statements too where it tracks them, which only a superuser can switch off.
 * Errors are raised anew with SQLSTATE and message only, since the context of the original would carry the statement, and
 * with it the password, into the server's log.
 */
export function setPassword(verb: "create" | "alter", role: string, password: string): Statement[] {
  const attributes = verb === "create" ? "login replication " : "";
  return [
    statement("select set_config('clickpipes.role', $1, true), set_config('clickpipes.password', $2, true)", [
      role,
      password,
    ]),
    statement(`
      do $$
      begin
        begin
          perform set_config('pg_stat_statements.track', 'none', true);
        exception when insufficient_privilege then null;
        end;
        execute format('${verb} role %I ${attributes}password %L',
                       current_setting('clickpipes.role'), current_setting('clickpipes.password'));
      exception when others then
        raise exception using errcode = sqlstate, message = sqlerrm;
      end $$`),
    statement("select set_config('clickpipes.password', '', true)"),
  ];
}
