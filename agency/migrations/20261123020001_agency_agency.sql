-- +goose Up
-- Agencies, a reference table. region is the division the agency sits in and answers for; province,
-- prefecture and county are cut from it so that lists need no join.
create table agency (
  id          bigint primary key,
  region      bigint not null references division (code),
  province    bigint not null,
  prefecture  bigint not null,
  county      bigint not null,
  kind        text not null check (kind in ('authority', 'township', 'institution', 'village')),
  slug        text not null,
  name        text not null check (name <> ''),
  short_name  text not null,
  credit_code text,
  address     text not null,
  hours       text not null,
  phone       text not null,
  fax         text not null,
  email       text not null,
  website     text not null,
  superior    bigint references agency (id) check (superior <> id),
  founded_on  text,
  state       text not null check (state in ('active', 'merged', 'abolished')),
  successor   bigint references agency (id) check (successor <> id),
  valid_from  text,
  valid_to    text,
  demo        boolean not null,
  unique (region, slug),
  check ((state = 'merged') = (successor is not null)),
  check ((state = 'active') = (valid_to is null))
);
create index agency_region on agency (region, id);
create index agency_superior on agency (superior, id);
create index agency_successor on agency (successor, id);
create unique index agency_credit on agency (credit_code) where state = 'active';

-- Every address an agency ever had; none is given to another, so old links hold.
create table agency_path (
  region bigint not null,
  slug   text not null,
  agency bigint not null references agency (id),
  primary key (region, slug)
);

-- Every name an agency ever had, full and short, so that the old one still finds it.
create table agency_name (
  id       bigint primary key,
  agency   bigint not null references agency (id),
  name     text not null,
  name_key bigint not null,
  since    text,
  until    text
);
create index agency_name_key on agency_name (name_key, agency);
create index agency_name_agency on agency_name (agency, id);

-- What happened to an agency and on what decision. before_text and after_text are JSON objects of text.
create table agency_change (
  id          bigint primary key,
  agency      bigint not null references agency (id),
  kind        text not null check (kind in ('found', 'rename', 'merge', 'move', 'abolish', 'amend')),
  effective   text not null,
  basis       text not null,
  before_text text not null,
  after_text  text not null,
  actor       bigint not null,
  recorded_at bigint not null
);
create index agency_change_agency on agency_change (agency, id);
