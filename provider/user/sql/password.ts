import { identifier, type Statement, statement } from "../../postgres/sql/statement";
import { type DesiredRole, limits } from "./plan";

export function createRole(desired: DesiredRole, password: string): Statement[] {
  const attributes = ["login", "replication", ...limits(desired)].join(" ");
  return [statement(`create role ${identifier(desired.name)} ${attributes}`), ...assign(desired.name, password)];
}

/**
 * The first ALTER changes nothing. It waits for any other session that is changing the role. If a statement with the password
 * waited instead, the server would log it as the context of "still waiting" (`log_lock_waits`), or of a session that was ended.
 */
export function setPassword(role: string, password: string): Statement[] {
  return [statement(`alter role ${identifier(role)}`), ...assign(role, password)];
}

/**
 * Sends the password as a bind value, and lets the server build the statement. `pg_stat_statements` keeps the literals of an
 * ALTER ROLE in clear text. It does so for nested statements too if it tracks them, and only a superuser can turn that off.
 * Errors are raised again with their SQLSTATE and message only: the original context would carry the statement, and so the
 * password, into the server's log. The context of Postgres 18's MD5 warning would do the same. `others` does not catch a
 * cancelled query, so that is listed too.
 */
function assign(role: string, password: string): Statement[] {
  const statements = [
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
        if current_setting('md5_password_warnings', true) is not null then
          perform set_config('md5_password_warnings', 'off', true);
        end if;
        execute format('alter role %I password %L',
                       current_setting('clickpipes.role'), current_setting('clickpipes.password'));
      exception when query_canceled or others then
        raise exception using errcode = sqlstate, message = sqlerrm;
      end $$`),
    statement("select set_config('clickpipes.password', '', true)"),
  ];
  return statements.map((one) => ({ ...one, secret: true }));
}
