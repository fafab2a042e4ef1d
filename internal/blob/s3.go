package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"yangguang/internal/fault"
)

// S3 is a store in a bucket of an S3-compatible service: four plain requests,
// signed by the AWS signer (docs/adr/0002).
type S3 struct {
	base   string // https://host/bucket/
	region string
	creds  aws.Credentials
	signer *v4.Signer
	client *http.Client
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
	scheme, region := "https", u.Query().Get("region")
	if u.Query().Get("tls") == "false" {
		scheme = "http"
	}
	if region == "" {
		region = "us-east-1"
	}
	s := &S3{base: scheme + "://" + u.Host + "/" + url.PathEscape(bucket) + "/", region: region, creds: aws.Credentials{AccessKeyID: key, SecretAccessKey: password},
		signer: v4.NewSigner(), client: &http.Client{}, root: dir}
	switch err := s.send(ctx, request{method: http.MethodHead}, discard); {
	case fault.Is(err, fault.NotFound):
		return nil, fmt.Errorf("the file store %s has no bucket %s; make it first", u.Host, bucket)
	case err != nil:
		return nil, fmt.Errorf("reach the file store %s (is it running, are key and secret right?): %w", u.Host, err)
	}
	if err := os.MkdirAll(filepath.Join(dir, arriving), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of files (check --data): %w", err)
	}
	return s, nil
}

func object(hash string) string { return hash[:2] + "/" + hash[2:4] + "/" + hash }

// request is one call to the service.
type request struct {
	method string
	object string // "" is the bucket itself
	body   io.ReadSeeker
	size   int64
	hash   string // of the body, hexadecimal
	from   int64  // of a GET: the first byte wanted
}

// nothing is the hash of a body that is empty.
var nothing = hex.EncodeToString(sha256.New().Sum(nil))

// tries is how often a call is made: a service that restarts or sheds load
// answers the second time.
const tries = 3

// send makes a call, again when the service or the line failed, and hands its
// answer to take.
func (s *S3) send(ctx context.Context, q request, take func(*http.Response) error) (err error) {
	for n := range tries {
		if n > 0 {
			select {
			case <-ctx.Done():
				return fault.As(fault.Unavailable, ctx.Err())
			case <-time.After(time.Duration(n) * 200 * time.Millisecond):
			}
		}
		var again bool
		if again, err = s.once(ctx, q, take); !again {
			return err
		}
	}
	return err
}

func (s *S3) once(ctx context.Context, q request, take func(*http.Response) error) (again bool, err error) {
	r, err := s.signed(ctx, q)
	if err != nil {
		return false, err
	}
	resp, err := s.client.Do(r)
	if err != nil {
		return ctx.Err() == nil, fault.As(fault.Unavailable, errors.New("the file store does not answer"))
	}
	switch {
	case resp.StatusCode == http.StatusNotFound:
		return false, errors.Join(fault.As(fault.NotFound, fs.ErrNotExist), resp.Body.Close())
	case resp.StatusCode >= 300:
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16)) // so that the line is used again
		_ = resp.Body.Close()
		return resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests, fault.As(fault.Unavailable, fmt.Errorf("the file store answered %d", resp.StatusCode))
	}
	return false, take(resp)
}

func (s *S3) signed(ctx context.Context, q request) (*http.Request, error) {
	var body io.Reader
	if q.body != nil && q.size > 0 {
		if _, err := q.body.Seek(0, io.SeekStart); err != nil {
			return nil, diskFailed(err)
		}
		body = io.NopCloser(q.body) // the file stays open for another try
	}
	address := s.base + q.object
	if q.object == "" {
		address = strings.TrimSuffix(address, "/")
	}
	r, err := http.NewRequestWithContext(ctx, q.method, address, body)
	if err != nil {
		return nil, err
	}
	if q.body != nil {
		r.ContentLength = q.size
		r.Header.Set("Content-Type", "application/octet-stream")
	}
	if q.hash == "" {
		q.hash = nothing
	}
	if q.from > 0 {
		r.Header.Set("Range", "bytes="+strconv.FormatInt(q.from, 10)+"-")
	}
	r.Header.Set("X-Amz-Content-Sha256", q.hash)
	return r, s.signer.SignHTTP(ctx, s.creds, r, q.hash, "s3", s.region, time.Now())
}

func discard(r *http.Response) error { return r.Body.Close() }

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
	// A file's name is the hash the service checks what arrives against.
	return hash, size, s.send(ctx, request{method: http.MethodPut, object: object(hash), body: f, size: size, hash: hash}, discard)
}

// Open implements Store.
func (s *S3) Open(ctx context.Context, hash string) (io.ReadSeekCloser, error) {
	if !valid(hash) {
		return nil, fault.As(fault.NotFound, fs.ErrNotExist)
	}
	o := &remote{ctx: ctx, store: s, object: object(hash)}
	return o, s.send(ctx, request{method: http.MethodHead, object: o.object}, func(r *http.Response) error {
		o.size = r.ContentLength
		return r.Body.Close()
	})
}

// remote is a file of the service, read from where one seeks.
type remote struct {
	ctx    context.Context //nolint:containedctx // of the one who opened it, as the interface has no other place
	store  *S3
	object string
	size   int64
	at     int64
	body   io.ReadCloser // of the answer that begins at at; nil before the first read
}

// Read implements io.Reader.
func (o *remote) Read(p []byte) (int, error) {
	if o.at >= o.size {
		return 0, io.EOF
	}
	if o.body == nil {
		if err := o.store.send(o.ctx, request{method: http.MethodGet, object: o.object, from: o.at}, func(r *http.Response) error {
			o.body = r.Body
			return nil
		}); err != nil {
			return 0, err
		}
	}
	n, err := o.body.Read(p)
	o.at += int64(n)
	if errors.Is(err, io.EOF) && o.at < o.size {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// Seek implements io.Seeker; nothing is asked until the next read.
func (o *remote) Seek(offset int64, whence int) (int64, error) {
	to := offset
	switch whence {
	case io.SeekCurrent:
		to += o.at
	case io.SeekEnd:
		to += o.size
	}
	if to < 0 {
		return 0, errors.New("blob: seek before the beginning")
	}
	if to != o.at {
		if err := o.Close(); err != nil {
			return 0, err
		}
		o.at = to
	}
	return to, nil
}

// Close implements io.Closer.
func (o *remote) Close() error {
	if o.body == nil {
		return nil
	}
	b := o.body
	o.body = nil
	return b.Close()
}

// Has implements Store.
func (s *S3) Has(ctx context.Context, hash string) (bool, error) {
	if !valid(hash) {
		return false, nil
	}
	err := s.send(ctx, request{method: http.MethodHead, object: object(hash)}, discard)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// Delete implements Store.
func (s *S3) Delete(ctx context.Context, hash string) error {
	if !valid(hash) {
		return nil
	}
	err := s.send(ctx, request{method: http.MethodDelete, object: object(hash)}, discard)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// Sweep removes files that began to arrive before the given time and never
// became whole.
func (s *S3) Sweep(before time.Time) (int, error) { return sweep(s.root, before) }
