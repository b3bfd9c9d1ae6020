"""The key agent: unlocked keys live in processes of their own (docs/formats/key-agent.md)."""
