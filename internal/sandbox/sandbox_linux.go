package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// inside is the name under which this program starts itself within the
// namespaces, and setting the variable that carries what to run.
const (
	inside  = "yangguang-sandbox"
	setting = "YANGGUANG_SANDBOX"
)

// How the program within tells the one outside what went wrong.
const (
	exitWalls   = 120 // the walls could not be put up
	exitFailed  = 121 // the program failed or left no answer
	exitTooMuch = 122 // the answer is too long
)

func (p Program) run(ctx context.Context, in io.Reader, out io.Writer) error {
	if !entered {
		return fmt.Errorf("%w: sandbox.Enter is not the first thing main does", ErrUnavailable)
	}
	what, err := json.Marshal(p)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "/proc/self/exe")
	cmd.Args = []string{inside}
	cmd.Env = []string{setting + "=" + string(what)}
	cmd.Stdin, cmd.Stdout = in, out
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	// The signal of a dead parent is a dead thread's.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		return errors.Join(ErrUnavailable, err)
	}
	err = cmd.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	switch exit.ExitCode() {
	case exitWalls:
		return ErrUnavailable
	case exitTooMuch:
		return ErrTooMuch
	}
	return ErrFailed
}

// entered is set by Enter: a binary that does not call it would, started again
// as the one inside, do everything it does from the beginning.
var entered bool

// Enter is the first thing main and TestMain do: within the namespaces this
// process is the one that puts up the walls and runs the program; elsewhere
// Enter does nothing.
func Enter() {
	entered = true
	if len(os.Args) == 0 || os.Args[0] != inside || os.Getpid() != 1 {
		return
	}
	runtime.LockOSThread() // what a thread gives up, its children do not have
	var p Program
	if err := json.Unmarshal([]byte(os.Getenv(setting)), &p); err != nil {
		os.Exit(exitWalls)
	}
	if err := p.walls(); err != nil {
		os.Exit(exitWalls)
	}
	switch err := p.within(); {
	case errors.Is(err, ErrTooMuch):
		os.Exit(exitTooMuch)
	case err != nil:
		os.Exit(exitFailed)
	}
	os.Exit(0)
}

// walls makes everything read-only, hides what is named, gives a folder of
// memory and gives up all capabilities.
func (p Program) walls() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	if err := unix.MountSetattr(unix.AT_FDCWD, "/", unix.AT_RECURSIVE, &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID}); err != nil {
		return err
	}
	for _, dir := range append(p.Hide, "/root", "/home", "/var", "/run", "/mnt", "/media", "/srv") {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			continue
		}
		if err := unix.Mount("none", dir, "tmpfs", unix.MS_RDONLY|unix.MS_NOSUID|unix.MS_NODEV, "size=4k"); err != nil {
			return err
		}
	}
	// Twice the output: what it reads lies there too, and what it keeps meanwhile.
	size := "mode=700,size=" + strconv.FormatInt(2*p.Output+64<<20, 10)
	if err := unix.Mount("none", Scratch, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, size); err != nil {
		return err
	}
	_ = unix.Mount("proc", "/proc", "proc", unix.MS_RDONLY|unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "") // refused inside some containers, which hide parts of their own
	if err := p.bounds(); err != nil {
		return err
	}
	for c := uintptr(0); c <= unix.CAP_LAST_CAP; c++ {
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0); err != nil && !errors.Is(err, unix.EINVAL) {
			return err
		}
	}
	return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
}

func (p Program) bounds() error {
	limits := map[int]uint64{unix.RLIMIT_CORE: 0, unix.RLIMIT_FSIZE: uint64(p.Output), unix.RLIMIT_NOFILE: 256, unix.RLIMIT_CPU: uint64(p.Time.Seconds()) + 1}
	for what, n := range limits {
		if err := unix.Setrlimit(what, &unix.Rlimit{Cur: n, Max: n}); err != nil {
			return err
		}
	}
	return nil
}

// within runs the program and passes its answer on.
func (p Program) within() error {
	cmd := exec.CommandContext(context.Background(), p.Path, p.Args...) //nolint:gosec // the operator named it; its walls are what this is about
	cmd.Dir, cmd.Env = Scratch, p.Env
	if p.Input == "" {
		cmd.Stdin = os.Stdin
	} else if err := save(filepath.Join(Scratch, filepath.Base(p.Input))); err != nil {
		return err
	}
	if p.Result == "" {
		cmd.Stdout = os.Stdout
	}
	if err := p.start(cmd); err != nil {
		return err
	}
	if p.Result == "" {
		return nil
	}
	f, err := os.Open(filepath.Join(Scratch, filepath.Base(p.Result)))
	if err != nil {
		return err
	}
	if n, err := io.Copy(os.Stdout, io.LimitReader(f, p.Output+1)); err != nil || n > p.Output {
		return errors.Join(ErrTooMuch, err)
	}
	return nil
}

// start runs it to the end. The bound on memory is set on the program alone:
// this process is of Go, which reserves more room than it uses.
func (p Program) start(cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	if p.Memory > 0 {
		n := uint64(p.Memory)
		if err := unix.Prlimit(cmd.Process.Pid, unix.RLIMIT_AS, &unix.Rlimit{Cur: n, Max: n}, nil); err != nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			return err
		}
	}
	return cmd.Wait()
}

func save(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, os.Stdin)
	return errors.Join(err, f.Close())
}
