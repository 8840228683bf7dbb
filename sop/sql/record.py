"""What the database itself guards: rows of record never change, and every change of a number is noted beside history.

History is written by the application. These triggers are the second line: they see every statement, whoever sends it.
`sop/services/record.py` installs them after each migration, `manage.py check_history` compares what they noted.
"""

# Rows of record (history, published plans, the cycle's log, the notes below) are added and stay.
# Tests empty tables between each other and say so by `-c sop.maintenance=on`; that lets TRUNCATE through, nothing else.
REFUSE_FUNCTION = """
create or replace function sop_refuse_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'TRUNCATE' and current_setting('sop.maintenance', true) = 'on' then
        return null;
    end if;
    raise exception '% holds records; they are never changed or removed', tg_table_name
        using errcode = 'insufficient_privilege';
end
$$
"""

# A plan's lines are written with it; once there are as many as it says, none is added. Seen with the whole statement
# done, so that writing all lines by one COPY costs one count.
SEALED_FUNCTION = """
create or replace function sop_refuse_added() returns trigger language plpgsql as $$
declare
    full_plan bigint;
begin
    select p.id into full_plan from publish_publishedplan p
    where p.id in (select plan_id from added)
      and p.line_count < (select count(*) from publish_planline l where l.plan_id = p.id)
    limit 1;
    if full_plan is not null then
        raise exception 'plan % is sealed; no line is added to it', full_plan using errcode = 'insufficient_privilege';
    end if;
    return null;
end
$$
"""

# One note per row and change. The hash is over the whole row, times in UTC, so that the row's line in the history table
# gives the same one.
NOTE_FUNCTION = """
create or replace function sop_note_change() returns trigger language plpgsql set timezone = 'UTC' as $$
begin
    insert into sop_changenote (at, transaction, role, table_name, kind, row_id, row_hash)
    select now(), pg_current_xact_id()::text::bigint, session_user, tg_table_name, tg_argv[0],
           r.id, md5(to_jsonb(r)::text)::uuid
    from changed r;
    return null;
end
$$
"""

# trigger name -> statement; {table} is quoted by the installer
REFUSE_TRIGGERS = {
    "sop_record_rows": """
        create or replace trigger sop_record_rows before update or delete on {table}
        for each row execute function sop_refuse_change()
    """,
    "sop_record_table": """
        create or replace trigger sop_record_table before truncate on {table}
        for each statement execute function sop_refuse_change()
    """,
}
SEALED_TRIGGERS = {
    "sop_sealed_lines": """
        create or replace trigger sop_sealed_lines after insert on {table}
        referencing new table as added for each statement execute function sop_refuse_added()
    """,
}
NOTE_TRIGGERS = {
    "sop_note_insert": """
        create or replace trigger sop_note_insert after insert on {table}
        referencing new table as changed for each statement execute function sop_note_change('+')
    """,
    "sop_note_update": """
        create or replace trigger sop_note_update after update on {table}
        referencing new table as changed for each statement execute function sop_note_change('~')
    """,
    "sop_note_delete": """
        create or replace trigger sop_note_delete after delete on {table}
        referencing old table as changed for each statement execute function sop_note_change('-')
    """,
}

# Where the notes of a table begin: its history before has none. They begin anew when its columns change, because a
# hash over other columns is another hash; the mark carries the hash of the columns it stands for.
UNMARKED = """
    select c.relname, md5(string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ',' order by a.attname))
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relname = any(%s) and c.relnamespace = 'public'::regnamespace
    group by 1
    except
    select distinct on (table_name) table_name, replace(row_hash::text, '-', '')
    from (select * from sop_changenote where kind = '0' order by table_name, id desc) mark
"""
MARK = """
    insert into sop_changenote (at, transaction, role, table_name, kind, row_id, row_hash)
    select now(), pg_current_xact_id()::text::bigint, session_user, %s, '0', coalesce(max(history_id), 0), %s::uuid
    from {history}
"""

TRIGGERS = """
    select c.relname, t.tgname, t.tgenabled <> 'D' from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where not t.tgisinternal and c.relnamespace = 'public'::regnamespace
"""

# The columns every history table has beside the row's own.
HISTORY_COLUMNS = (
    *("history_id", "history_date", "history_type", "history_change_reason"),
    *("history_user_id", "history_user_name", "source", "request_id"),
)

# Notes without a line of history and the other way round. The same row and content may come more than once: the n-th
# note belongs to the n-th line.
UNMATCHED = """
    with began as (
        select coalesce(max(id), 0) as note_id, coalesce(max(row_id), 0) as history_id
        from sop_changenote where table_name = %(table)s and kind = '0'
    ), noted as (
        select row_id, kind, row_hash, at, role, transaction,
               row_number() over (partition by row_id, kind, row_hash order by id) as n
        from sop_changenote, began where table_name = %(table)s and kind <> '0' and id > began.note_id
    ), told as (
        select h.id as row_id, h.history_type as kind, md5((to_jsonb(h) - %(extra)s::text[])::text)::uuid as row_hash,
               h.history_date as at, h.history_user_name,
               row_number() over (partition by h.id, h.history_type, md5((to_jsonb(h) - %(extra)s::text[])::text)
                                  order by h.history_id) as n
        from {history} h, began where h.history_id > began.history_id
    )
    select row_id, kind, noted.at, noted.role, noted.transaction, told.at, told.history_user_name
    from noted full join told using (row_id, kind, row_hash, n)
    where noted.row_id is null or told.row_id is null
    order by row_id, coalesce(noted.at, told.at)
    limit %(limit)s
"""

# Rows that are not what their last line of history says: changed while the triggers were off.
DIFFERENT = """
    with last as (
        select distinct on (h.id) h.id, h.history_type, to_jsonb(h) - %(extra)s::text[] as content
        from {history} h order by h.id, h.history_id desc
    )
    select coalesce(t.id, last.id), t.id is not null, last.history_type
    from {table} t full join last on last.id = t.id
    where last.id is null and t.id is not null
       or t.id is null and last.history_type <> '-'
       or t.id is not null and last.history_type = '-'
       or to_jsonb(t) <> last.content
    order by 1
    limit %(limit)s
"""
