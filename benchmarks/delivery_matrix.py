async def against_nio(rooms):
    return {}
