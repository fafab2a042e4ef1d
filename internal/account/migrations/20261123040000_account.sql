-- +goose Up
-- Natural persons of the staff, never citizens. national_ref is a keyed hash of the resident number shown at
-- the counter, so that one natural person is one row; the number itself is stored nowhere.
create table person (
  id bigint primary key,
  name text not null check (name <> ''),
  name_en text not null default '',
  staff_no text not null default '',
  national_ref bytea,
  home_agency bigint not null default 0,
  home_division bigint not null default 0,
  state text not null default 'active' check (state in ('active', 'left')),
  created_at bigint not null,
  left_at bigint
);
create unique index person_national on person (national_ref) where national_ref is not null;
create unique index person_staff_no on person (home_agency, staff_no) where staff_no <> '';
create index person_home on person (home_division, id);
create index person_home_agency on person (home_agency, id);

-- An account by which a person signs in; a person may have two.
create table login (
  id bigint primary key,
  person bigint not null references person (id),
  name text not null,
  name_key text not null,
  password_hash text not null default '',
  password_at bigint,
  totp bytea,
  totp_counter bigint not null default 0,
  state text not null default 'pending' check (state in ('pending', 'active', 'frozen')),
  failed_tries bigint not null default 0,
  next_try_at bigint not null default 0,
  must_change boolean not null default false,
  demo boolean not null default false,
  created_at bigint not null,
  check (state <> 'active' or demo or totp is not null)
);
create unique index login_name on login (name_key);
create index login_person on login (person, id);

-- Places a login has signed in from before (keyed hash); another's wrong tries elsewhere do not delay them.
create table account_known (
  login bigint not null references login (id),
  remote bytea not null,
  at bigint not null,
  primary key (login, remote)
);

create table account_session (
  id bigint primary key,
  token bytea not null,
  login bigint not null references login (id),
  acting_for bigint references person (id),
  means text not null,
  created_at bigint not null,
  seen_at bigint not null,
  stepped_up_at bigint not null
);
create unique index account_session_token on account_session (token);
create index account_session_login on account_session (login, id);
create index account_session_seen on account_session (seen_at);

create table account_grant (
  id bigint primary key,
  person bigint not null references person (id),
  verb text not null check (verb <> ''),
  agency bigint not null default 0,
  lo bigint not null,
  hi bigint not null,
  since bigint not null,
  until bigint,
  granted_by bigint not null,
  ended_by bigint,
  check (lo <= hi),
  check (person <> granted_by)
);
create index account_grant_person on account_grant (person, id);
create index account_grant_verb on account_grant (verb, agency, id);
