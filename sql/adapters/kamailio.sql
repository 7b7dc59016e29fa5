-- Kamailio's users as rows that --import-users takes. In Kamailio's own database:
--
--   psql -d kamailio -v domain=example.com -f kamailio.sql
--   psql -d kamailio --csv -c 'table innkeeper_users' | innkeeperd --import-users /dev/stdin
--
-- `domain` is that of users whose row has none (use_domain = 0). The realm in which Kamailio asks for passwords must be
-- the domain, as in auth_challenge("$fd", "0"): an HA1 of another realm fits no password here. Where clear passwords are
-- kept they become HA1s in this view and do not leave the database; a user with neither is named by the import.
create or replace view innkeeper_users as
select username || '@' || realm as aor,
    case
        when length(ha1) = 32 then lower(ha1)
        when coalesce(password, '') <> '' then md5(username || ':' || realm || ':' || password)
        else ''
    end as ha1_md5,
    case
        when length(ha1) = 64 then lower(ha1)
        when coalesce(password, '') <> ''
            then encode(sha256(convert_to(username || ':' || realm || ':' || password, 'UTF8')), 'hex')
        else ''
    end as ha1_sha256
from (select username, coalesce(nullif(domain, ''), :'domain') as realm, password, ha1 from subscriber) as users
order by aor;
