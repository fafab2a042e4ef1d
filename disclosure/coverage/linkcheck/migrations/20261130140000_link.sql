-- +goose Up
-- Self-check: links of what is public that could not be opened when they were last asked. A row goes when the link is mended
-- or the item taken down. item 0: the website a unit's own page names. Addresses are of what was published; nothing of who follows them.
create table dead_link (
  province integer not null, agency bigint not null, item bigint not null, address text not null,
  version bigint not null, region bigint not null, failed_on text not null, checked_on text not null, code text not null,
  primary key (province, agency, item, address)
);
create index dead_link_region on dead_link (province, region);

-- How many links the last check asked within a division, and how many outside the site it did not ask.
create table link_tally (
  province integer not null, place bigint not null, links bigint not null, unasked bigint not null, outside boolean not null, checked_on text not null,
  primary key (province, place)
);
