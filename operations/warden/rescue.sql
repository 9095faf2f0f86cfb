-- What a failover left behind: which rows an abandoned copy has that nobody else has, and those rows.
-- A table is read in pages, in the order of its identifier: `after` rows are passed over, `size` are looked at.

-- The digests (SHA-256 in hex of the column's text) of one page, in its order.
create or replace function lifeline.digests(relation text, identifier text, after bigint, size integer)
returns setof text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $digests$
begin
    return query execute format(
        'select encode(sha256(convert_to(%1$I::text, ''UTF8'')), ''hex'') from %2$s order by %1$I offset $1 limit $2',
        identifier, lifeline.application_table(relation)) using after, size;
end
$digests$;

-- The rows of one page whose digests are wanted, whole. Only an abandoned database gives them: one that could take
-- writes (a copy, not a standby), and may not (no lease is valid). So the warden reads no row that is in use.
create or replace function lifeline.rescue(
    relation text, identifier text, after bigint, size integer, wanted text[]
) returns setof jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp as $rescue$
begin
    if pg_is_in_recovery() or exists (
        select from lifeline.lease l
        where l.valid_until > clock_timestamp() and l.epoch = (select max(epoch) from lifeline.lease)
    ) then
        raise exception using
            errcode = 'insufficient_privilege', message = 'rows are rescued from an abandoned database only';
    end if;
    return query execute format(
        'select to_jsonb(p) from (select * from %2$s order by %1$I offset $1 limit $2) p '
        'where encode(sha256(convert_to(%1$I::text, ''UTF8'')), ''hex'') = any ($3)',
        identifier, lifeline.application_table(relation)) using after, size, wanted;
end
$rescue$;
