// Package secret keeps what must stay unread: it seals fields and texts under
// a key that lives outside the database, makes lookups of sealed values
// possible without opening them, hashes passwords, and makes the random
// numbers, codes and tokens the public and the staff are given.
//
// 三(二)2(1) 充分保障举报人的合法权益; 个人信息保护法 art. 51: sealing at rest.
//
// It stores nothing itself. Two key files stand beside the data, mode 0600:
// master.key seals and may be rotated (old keys stay as master-<id>.key until
// every record is rewrapped); index.key makes lookup values and never changes,
// since the unique columns built from it could not follow. Losing them loses
// everything sealed: they are backed up apart from the database, because
// whoever holds both reads all.
package secret
