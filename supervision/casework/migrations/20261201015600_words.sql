-- +goose Up
-- Pairs of characters of the masked subject, by which the desk finds a matter among a million (words.go). done: 1 open, 2 done.
-- Only a way to rows of casework: who may see a matter is asked there, of each.
create table casework_word (
  province integer not null, done integer not null, word bigint not null, region bigint not null, matter bigint not null,
  primary key (province, done, word, region, matter)
);
-- worded: as which the words of a matter stand there. What another release wrote is found by the index and caught up with.
alter table casework add column worded integer not null default 0;
create index casework_unworded on casework (province, id) where worded <> case when state in ('closed', 'merged') then 2 else 1 end;
-- Found with the province, as the desk's search asks for it.
create index casework_by_outside on casework (province, outside) where outside <> '';
