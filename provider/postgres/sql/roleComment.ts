import { formatComment, formatMarker, type Marked, markersIn } from "./mark";
import { fingerprintOf, type Role } from "./role";
import { identifier, literal, type Statement, statement } from "./statement";

/** Comments on a role that the same transaction created. No other session can see it yet. */
export function commentOnNewRole(name: string, text: string | null): Statement {
  return statement(`comment on role ${identifier(name)} is ${text === null ? "null" : literal(text)}`);
}

/** The role, with its comment as it was read. */
type Commented = Pick<Role, "oid" | "name" | "text" | "fingerprint" | "marked">;

/**
 * Writes the comment if it is still the one that was read. Grants in several databases write their markers on the same role,
 * and advisory locks do not reach across databases. So another session may write the comment in between, and that comment must
 * not be overwritten. COMMENT takes its lock only when it writes, after the comparison. If the snapshot taken before the
 * comparison is unchanged once the lock is held, no other session committed in between.
 *
 * The server compares and edits the comment itself: databases of different encodings share it, and what was written in one may
 * not survive the way through a client of another.
 */
export function commentOnRole(role: Commented, marked: Marked, name = role.name): Statement[] {
  const text = formatComment(marked);
  if (text === role.text) return [];
  const isOwnKept = marked.comment === role.marked.comment;
  const removed = isOwnKept ? markersIn(role.text) : [];
  const added = (isOwnKept ? formatMarker(marked) : text) ?? "";
  const values = [
    String(role.oid),
    name,
    role.fingerprint ?? "",
    isOwnKept ? "kept" : "replaced",
    JSON.stringify(removed),
    added,
  ];
  return [
    statement(
      `select set_config('clickpipes.oid', $1, true), set_config('clickpipes.role', $2, true),
              set_config('clickpipes.found', $3, true), set_config('clickpipes.own', $4, true),
              set_config('clickpipes.removed', $5, true), set_config('clickpipes.added', $6, true)`,
      values,
    ),
    statement(`
      do $$
      declare
        patience text := current_setting('lock_timeout');
        added text := current_setting('clickpipes.added');
        -- A line in front of the comment, so that each marker follows a line break. No comment holds its own fingerprint.
        first text := 'before ' || current_setting('clickpipes.found');
        before text;
        found text;
        edited text;
        marker text;
      begin
        for attempt in 1..100 loop
          begin
            before := pg_current_snapshot()::text;
            found := shobj_description(current_setting('clickpipes.oid')::oid, 'pg_authid');
            if coalesce(${fingerprintOf("found")}, '') <> current_setting('clickpipes.found') then
              raise serialization_failure using message = 'another session changed the comment on the role';
            end if;
            edited := '';
            if current_setting('clickpipes.own') = 'kept' then
              edited := first || chr(10) || coalesce(found, '');
              for marker in select value from jsonb_array_elements_text(current_setting('clickpipes.removed')::jsonb) loop
                edited := replace(edited, chr(10) || marker, '');
              end loop;
              edited := replace(replace(edited, first || chr(10), ''), first, '');
            end if;
            edited := edited || case when edited <> '' and added <> '' then chr(10) else '' end || added;
            perform set_config('lock_timeout', '100ms', true);
            execute format('comment on role %I is %L', current_setting('clickpipes.role'), nullif(edited, ''));
            perform set_config('lock_timeout', patience, true);
            if pg_current_snapshot()::text = before then return; end if;
            raise sqlstate 'CP001';
          exception
            when sqlstate 'CP001' then null;
            when lock_not_available then
              raise serialization_failure using message = 'another session is changing the comment on the role';
          end;
        end loop;
        raise serialization_failure using message = 'the comment on the role could not be written: the server is too busy';
      end $$`),
  ];
}
