package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"yangguang/internal/fault"
)

// S3 is a store in a bucket of an S3-compatible service.
type S3 struct {
	client *minio.Client
	bucket string
	root   string // folder of files on their way
}

// errS3URL does not repeat the address: it holds the secret key.
var errS3URL = errors.New("the address of the file store must be s3://KEY:SECRET@HOST/BUCKET, with ?region=… and ?tls=false where needed")

// OpenS3 opens a bucket, which must exist. Dir holds files on their way: a name
// is known only when the whole file was read.
func OpenS3(ctx context.Context, address, dir string) (*S3, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "s3" || u.User == nil || u.Host == "" {
		return nil, errS3URL
	}
	key := u.User.Username()
	password, given := u.User.Password()
	bucket := strings.Trim(u.Path, "/")
	if key == "" || !given || bucket == "" || strings.Contains(bucket, "/") {
		return nil, errS3URL
	}
	client, err := minio.New(u.Host, &minio.Options{
		Creds:  credentials.NewStaticV4(key, password, ""),
		Secure: u.Query().Get("tls") != "false",
		Region: u.Query().Get("region"),
	})
	if err != nil {
		return nil, fmt.Errorf("file store %s: %w", u.Host, err)
	}
	found, err := client.BucketExists(ctx, bucket)
	if err != nil {
		return nil, fmt.Errorf("reach the file store %s (is it running, are key and secret right?): %w", u.Host, err)
	}
	if !found {
		return nil, fmt.Errorf("the file store %s has no bucket %s; make it first", u.Host, bucket)
	}
	if err := os.MkdirAll(filepath.Join(dir, arriving), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of files (check --data): %w", err)
	}
	return &S3{client, bucket, dir}, nil
}

func object(hash string) string { return hash[:2] + "/" + hash[2:4] + "/" + hash }

// Put implements Store.
func (s *S3) Put(ctx context.Context, r io.Reader, limit int64) (hash string, size int64, err error) {
	defer fault.Wrap(&err, "blob.Put")
	f, err := os.CreateTemp(filepath.Join(s.root, arriving), "f")
	if err != nil {
		return "", 0, diskFailed(err)
	}
	defer func() {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}()
	if hash, size, err = copyHashed(f, &patient{ctx, r}, limit); err != nil {
		return "", 0, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", 0, diskFailed(err)
	}
	o := minio.PutObjectOptions{ContentType: "application/octet-stream"}
	// Without TLS the client signs an empty file piece by piece and sends no
	// length, which services refuse.
	o.DisableContentSha256 = size == 0
	_, err = s.client.PutObject(ctx, s.bucket, object(hash), f, size, o)
	if err != nil {
		return "", 0, serviceFailed(err)
	}
	return hash, size, nil
}

// Open implements Store.
func (s *S3) Open(ctx context.Context, hash string) (io.ReadSeekCloser, error) {
	if !valid(hash) {
		return nil, fault.As(fault.NotFound, fs.ErrNotExist)
	}
	o, err := s.client.GetObject(ctx, s.bucket, object(hash), minio.GetObjectOptions{})
	if err != nil {
		return nil, serviceFailed(err)
	}
	if _, err := o.Stat(); err != nil { // GetObject itself asks nothing yet
		_ = o.Close()
		return nil, serviceFailed(err)
	}
	return o, nil
}

// Has implements Store.
func (s *S3) Has(ctx context.Context, hash string) (bool, error) {
	if !valid(hash) {
		return false, nil
	}
	_, err := s.client.StatObject(ctx, s.bucket, object(hash), minio.StatObjectOptions{})
	if err = serviceFailed(err); fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// Delete implements Store.
func (s *S3) Delete(ctx context.Context, hash string) error {
	if !valid(hash) {
		return nil
	}
	err := serviceFailed(s.client.RemoveObject(ctx, s.bucket, object(hash), minio.RemoveObjectOptions{}))
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// Sweep removes files that began to arrive before the given time and never
// became whole.
func (s *S3) Sweep(before time.Time) (int, error) { return sweep(s.root, before) }

func serviceFailed(err error) error {
	if err == nil {
		return nil
	}
	if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
		return fault.As(fault.NotFound, err)
	}
	return fault.As(fault.Unavailable, err)
}
