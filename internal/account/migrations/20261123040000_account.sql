-- +goose Up
-- Who works in the offices. Names are kept while the person may be asked about what he signed.
create table person (
  id bigint not null primary key, name text not null, staff_no text, national_ref bytea,
  state text not null default 'active', created_at bigint not null,
  constraint person_state check (state in ('active', 'left')), constraint person_name check (name <> '')
);
create unique index person_staff_no on person (staff_no);
create unique index person_national_ref on person (national_ref);

create table login (
  id bigint not null primary key, person bigint not null references person (id), name text not null,
  password text not null default '', totp bytea, totp_last bigint not null default 0,
  state text not null, failed integer not null default 0, next_try_at bigint not null default 0,
  must_change boolean not null default false, changed_at bigint, oidc_subject text, created_at bigint not null,
  constraint login_state check (state in ('pending', 'active', 'frozen'))
);
create unique index login_name on login (name);
create unique index login_oidc on login (oidc_subject);
create index login_person on login (person, id);

-- "grant" is a word of SQL, so the table has its plural.
create table grants (
  id bigint not null primary key, person bigint not null references person (id), verb text not null,
  agency bigint not null, lo bigint not null, hi bigint not null,
  since bigint not null, until bigint, granted_by bigint, constraint grant_range check (lo <= hi)
);
create index grant_person on grants (person, verb, id);

create table session (
  id bigint not null primary key, login bigint not null references login (id), hash bytea not null,
  created_at bigint not null, seen_at bigint not null, stepped_up_at bigint, acting_for bigint
);
create unique index session_hash on session (hash);
create index session_login on session (login, id);

-- AB角: who stands in for whom, for which verbs, until when.
create table substitute (
  id bigint not null primary key, principal bigint not null references person (id), delegate bigint not null references person (id),
  verbs text not null, reason text not null, since bigint not null, until bigint not null, ended_at bigint, granted_by bigint,
  constraint substitute_self check (principal <> delegate)
);
create index substitute_delegate on substitute (delegate, since, id);

-- A slip is printed once; only its hash is kept.
create table slip (
  id bigint not null primary key, login bigint not null references login (id), kind text not null, hash bytea not null,
  until bigint not null, used_at bigint, issued_by bigint, reason text not null default '',
  constraint slip_kind check (kind in ('activate', 'reset', 'recover'))
);
create unique index slip_hash on slip (hash);
