"""What is MongoDB's alone, and how the other suites run on it: ``./run test --mongo``.

On a MongoDB where ``MONGODB_TEST_URL`` names one, else on emulators, which every report says.
"""
