-- +goose Up
create table agency_post (
  id        bigint primary key,
  agency    bigint not null references agency (id),
  title     text not null check (title <> ''),
  duty      text not null,
  head      boolean not null,
  rank      bigint not null,
  closed_on text
);
create index agency_post_agency on agency_post (agency, rank, id);

-- Who belongs to an agency, with or without a post; person is internal/account's number. post 0 is none.
-- until is the first day the person no longer belonged.
create table agency_member (
  id     bigint primary key,
  agency bigint not null references agency (id),
  person bigint not null check (person > 0),
  post   bigint not null,
  since  text not null,
  until  text,
  check (until is null or until >= since)
);
create unique index agency_member_open on agency_member (agency, person, post) where until is null;
create index agency_member_agency on agency_member (agency, id);
create index agency_member_person on agency_member (person, id);
create index agency_member_post on agency_member (post, id);
