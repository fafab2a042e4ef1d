-- +goose Up
-- What a search may find of an attachment: the text the privacy gate read in it when it came, masked, in pieces.
-- A file that was read and has no text has one empty piece. It goes with the last attachment of the same content.
create table file_text (
  province integer not null, hash text not null, part integer not null, words text not null,
  primary key (province, hash, part)
);
create index item_walk on item (province, id) where state = 'published';
