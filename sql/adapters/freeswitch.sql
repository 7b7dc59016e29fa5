-- FreeSWITCH's users as rows that --import-users takes, from a directory in SQL as the fs_curl back end of mod_xml_curl
-- keeps it: directory, directory_domains, directory_params, directory_vars. In that database:
--
--   psql -d freeswitch -f freeswitch.sql
--   psql -d freeswitch --csv -c 'table innkeeper_users' | innkeeperd --import-users /dev/stdin
--
-- Other directories need another join and the same columns. Clear passwords become HA1s in this view and do not leave the
-- database; a stored a1-hash is taken where there is no password, and a user with neither is named by the import.
create or replace view innkeeper_users as
select username || '@' || domain as aor,
    case
        when password <> '' then md5(username || ':' || domain || ':' || password)
        else coalesce(lower(a1_hash), '')
    end as ha1_md5,
    case
        when password <> '' then encode(sha256(convert_to(username || ':' || domain || ':' || password, 'UTF8')), 'hex')
        else ''
    end as ha1_sha256,
    coalesce(name, '') as display_name,
    coalesce(number, '') as extension
from (
    select users.username, domains.domain_name as domain,
        (select param_value from directory_params where directory_id = users.id and param_name = 'password') as password,
        (select param_value from directory_params where directory_id = users.id and param_name = 'a1-hash') as a1_hash,
        (select var_value from directory_vars
            where directory_id = users.id and var_name = 'effective_caller_id_name') as name,
        (select var_value from directory_vars
            where directory_id = users.id and var_name = 'effective_caller_id_number') as number
    from directory as users
    join directory_domains as domains on domains.id = users.domain_id
) as rows
order by aor;
