-- +goose Up
-- A filter somebody keeps for himself, by its name. It holds no words of the public's.
create table casework_view (
  person bigint not null, name text not null, query text not null, at bigint not null,
  primary key (person, name)
);
