package harbor

import "encoding/json"

// UnmarshalJSON reads a text that has JSON in it, or that JSON itself; what has
// another shape stays empty.
func (p *GCParameters) UnmarshalJSON(text []byte) error {
	*p = GCParameters{}
	var inner string
	if json.Unmarshal(text, &inner) == nil {
		text = []byte(inner)
	}
	var raw map[string]json.RawMessage
	if json.Unmarshal(text, &raw) != nil {
		return nil
	}
	for name, into := range map[string]any{
		"dry_run": &p.DryRun, "delete_untagged": &p.DeleteUntagged, "workers": &p.Workers,
		"freed_space": &p.FreedSpace, "purged_blobs": &p.PurgedBlobs, "purged_manifests": &p.PurgedManifests,
	} {
		if v, ok := raw[name]; ok {
			_ = json.Unmarshal(v, into)
		}
	}
	return nil
}
