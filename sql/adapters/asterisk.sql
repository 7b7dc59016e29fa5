-- Asterisk's PJSIP users (realtime tables ps_endpoints and ps_auths) as rows that --import-users takes. In Asterisk's own
-- database:
--
--   psql -d asterisk -v domain=example.com -f asterisk.sql
--   psql -d asterisk --csv -c 'table innkeeper_users' | innkeeperd --import-users /dev/stdin
--
-- Endpoints without `auth`, such as trunks, are not users. Asterisk's realm is "asterisk" unless it says otherwise, so a
-- stored hash (auth_type md5) is of use only where `realm` is the domain; a user with neither such a hash nor a password
-- is named by the import. Clear passwords become HA1s in this view and do not leave the database. The name comes from
-- `callerid`, written "Name" <number>.
create or replace view innkeeper_users as
select username || '@' || :'domain' as aor,
    case
        when password <> '' then md5(username || ':' || :'domain' || ':' || password)
        when realm = :'domain' then lower(md5_cred)
        else ''
    end as ha1_md5,
    case
        when password <> ''
            then encode(sha256(convert_to(username || ':' || :'domain' || ':' || password, 'UTF8')), 'hex')
        else ''
    end as ha1_sha256,
    trim(both ' "' from coalesce(substring(callerid from '^([^<]*)<'), '')) as display_name,
    coalesce(substring(callerid from '<([^>]*)>'), '') as extension
from (
    select auths.username, coalesce(auths.password, '') as password, coalesce(auths.md5_cred, '') as md5_cred,
        auths.realm, endpoints.callerid
    from ps_endpoints as endpoints
    join ps_auths as auths on auths.id = trim(split_part(endpoints.auth, ',', 1))
) as users
order by aor;
