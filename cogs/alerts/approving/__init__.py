"""Two people before a call goes to several organizations (SECURITY 6.5).

    waiting -> given -> (after the stop window) gone      stopped, expired -> waiting, when its senders ask again

The author's own organization gets it on the author's word. Every other copy is held until a moderator of another
organization accepts it for her own space: she is the second person for all that take such calls at once.
"""
