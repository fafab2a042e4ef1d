package account

type PasskeyRP struct{}
type OIDCProvider struct{}
type oidcClient struct{}
