"""Home Assistant over MQTT: cameras appear there by themselves, and can be switched there."""
